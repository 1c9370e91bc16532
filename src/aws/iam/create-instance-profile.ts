import { count, countsOf } from './accounts.ts'
import { iamArn } from './entity.ts'
import {
  type InstanceProfileRecord,
  instanceProfiles,
  saveInstanceProfile,
  wireInstanceProfile,
} from './instance-profile.ts'
import { instanceProfileExists, tooManyInstanceProfiles } from './messages.ts'
import { operation } from './operation.ts'
import { readTags } from './tags.ts'
import { newUniqueId } from './unique-id.ts'

const mostInstanceProfiles = 1000

/** Makes an instance profile without a role. */
export const createInstanceProfile = operation('CreateInstanceProfile', {
  on: ({ Path = '/', InstanceProfileName }, { call }) => ({
    arn: iamArn(call, 'instance-profile', Path, InstanceProfileName),
    account: call.caller.account,
    record: undefined,
  }),
  async handle({ Path: path = '/', InstanceProfileName: name, Tags }, _record, context) {
    const { tx, call, resource } = context
    const { account } = call.caller
    const tags = readTags(Tags)
    if (await instanceProfiles.get(tx, account, name.toLowerCase())) throw instanceProfileExists(name)
    if ((await countsOf(tx, account)).instanceProfiles >= mostInstanceProfiles) {
      throw tooManyInstanceProfiles(mostInstanceProfiles)
    }
    await count(tx, account, 'instanceProfiles', 1)
    const id = newUniqueId('AIPA')
    const profile: InstanceProfileRecord = { name, path, id, arn: resource.arn, createdAt: call.now, tags }
    saveInstanceProfile(profile, context)
    return { InstanceProfile: await wireInstanceProfile(profile, context, { withTags: true }) }
  },
})
