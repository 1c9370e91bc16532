import { entityNamed, roleKind, saveEntity } from './entity.ts'
import { instanceProfileNamed, saveInstanceProfile } from './instance-profile.ts'
import { tooManyRolesInProfile } from './messages.ts'
import { operation } from './operation.ts'

/** Puts a role into an instance profile. Whoever does so must be allowed to pass the role on. */
export const addRoleToInstanceProfile = operation('AddRoleToInstanceProfile', {
  on: instanceProfileNamed,
  async handle({ RoleName }, profile, context) {
    const found = await entityNamed(roleKind, RoleName, context)
    await context.require({
      action: 'iam:PassRole',
      resource: found,
      conditions: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    })
    if ('missing' in found) throw found.missing
    if (profile.role !== undefined) throw tooManyRolesInProfile()
    const role = found.record
    saveInstanceProfile({ ...profile, role: role.name.toLowerCase() }, context)
    const instanceProfiles = [...role.instanceProfiles, profile.name.toLowerCase()]
    saveEntity(roleKind, { ...role, instanceProfiles }, context)
    return {}
  },
})
