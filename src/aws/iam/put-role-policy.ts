import { roleKind } from './entity.ts'
import { putInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'

/** Writes an inline policy of a role, over one with the same name too. */
export const putRolePolicy = operation('PutRolePolicy', {
  on: roleNamed,
  async handle(input, role, context) {
    putInlinePolicy(roleKind, role, { name: input.PolicyName, document: input.PolicyDocument }, context)
    return {}
  },
})
