import { add, callersAccount, profileKind } from './kind.ts'
import { operation } from './operation.ts'
import { checkProfile } from './profile-limits.ts'
import { profileDetail } from './wire.ts'

const usualSeconds = 3600

/** Makes a profile: the roles that certificates may be exchanged for. */
export const createProfile = operation('CreateProfile', {
  on: callersAccount,
  async handle(input, _record, context) {
    await checkProfile(input, context)
    const { name, roleArns, enabled = false, durationSeconds = usualSeconds, sessionPolicy, tags } = input
    const members = {
      name,
      enabled,
      createdBy: context.call.caller.arn,
      roleArns,
      managedPolicyArns: input.managedPolicyArns ?? [],
      durationSeconds,
      requireInstanceProperties: input.requireInstanceProperties ?? false,
      acceptRoleSessionName: input.acceptRoleSessionName ?? false,
      ...(sessionPolicy !== undefined && { sessionPolicy }),
    }
    return { profile: profileDetail(await add(profileKind, members, tags, context)) }
  },
})
