import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { roleNamed } from './role.ts'

/** Lifts the limit on what a role may do. */
export const deleteRolePermissionsBoundary = operation('DeleteRolePermissionsBoundary', {
  on: roleNamed,
  async handle(_input, role, context) {
    saveEntity(roleKind, await changeBoundary(roleKind, role, undefined, context), context)
    return {}
  },
})
