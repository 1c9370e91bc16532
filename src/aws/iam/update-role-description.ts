import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { createdRole, roleNamed } from './role.ts'

/** Changes a role's description. */
export const updateRoleDescription = operation('UpdateRoleDescription', {
  on: roleNamed,
  async handle(input, role, context) {
    const changed = { ...role, description: input.Description }
    saveEntity(roleKind, changed, context)
    return { Role: await createdRole(changed, context) }
  },
})
