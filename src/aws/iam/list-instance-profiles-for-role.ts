import { instanceProfiles, wireInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { roleNamed } from './role.ts'

/** Lists the instance profiles that hold a role. */
export const listInstanceProfilesForRole = operation('ListInstanceProfilesForRole', {
  on: roleNamed,
  async handle(input, role, context) {
    const bound = ['ListInstanceProfilesForRole', role.id]
    const { items, end } = await page(
      input,
      bound,
      listed(role.instanceProfiles, (name) => name),
    )
    const found = await instanceProfiles.getAll(
      context.tx,
      items.map((name) => [context.call.caller.account, name]),
    )
    const profiles = found.flatMap((profile) => (profile ? [wireInstanceProfile(profile, context)] : []))
    return { InstanceProfiles: await Promise.all(profiles), ...end }
  },
})
