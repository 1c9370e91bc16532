import { entityNotFound } from './messages.ts'
import { roleKind, saveEntity } from './entity.ts'
import { instanceProfileNamed, saveInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'
import { roles } from './records.ts'

/** Takes the role out of an instance profile. */
export const removeRoleFromInstanceProfile = operation('RemoveRoleFromInstanceProfile', {
  on: instanceProfileNamed,
  async handle({ RoleName }, profile, context) {
    const role = await roles.get(context.tx, context.call.caller.account, RoleName.toLowerCase())
    if (!role || profile.role !== role.name.toLowerCase()) throw entityNotFound('role', RoleName)
    const { role: _role, ...rest } = profile
    saveInstanceProfile(rest, context)
    const instanceProfiles = role.instanceProfiles.filter((name) => name !== profile.name.toLowerCase())
    saveEntity(roleKind, { ...role, instanceProfiles }, context)
    return {}
  },
})
