import { roleKind } from './entity.ts'
import { deleteInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'

/** Deletes an inline policy of a role. */
export const deleteRolePolicy = operation('DeleteRolePolicy', {
  on: roleNamed,
  async handle(input, role, context) {
    deleteInlinePolicy(roleKind, role, input.PolicyName, context)
    return {}
  },
})
