import { removeEntity, roleKind } from './entity.ts'
import { forgetLastUses } from './last-use.ts'
import { mustGoFirst } from './messages.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { roleNamed } from './role.ts'

/** Deletes a role that has no permissions any more; its sessions end with it. */
export const deleteRole = operation('DeleteRole', {
  on: roleNamed,
  async handle(_input, role, context) {
    if (role.instanceProfiles.length > 0) throw mustGoFirst.instanceProfiles()
    if (role.attached.length > 0) throw mustGoFirst.attached()
    if (role.inline.length > 0) throw mustGoFirst.inline()
    if (role.boundary !== undefined) await changeBoundary(roleKind, role, undefined, context)
    await removeEntity(roleKind, role, context)
    await forgetLastUses(context.tx, role.id)
    return {}
  },
})
