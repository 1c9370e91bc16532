import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { roleNamed } from './role.ts'

/** Sets the managed policy that limits what a role may do. */
export const putRolePermissionsBoundary = operation('PutRolePermissionsBoundary', {
  on: roleNamed,
  async handle(input, role, context) {
    saveEntity(roleKind, await changeBoundary(roleKind, role, input.PermissionsBoundary, context), context)
    return {}
  },
})
