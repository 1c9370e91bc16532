import { roleKind } from './entity.ts'
import { operation } from './operation.ts'
import { attachPolicy } from './policy-use.ts'
import { roleNamed } from './role.ts'

/** Attaches a managed policy to a role. */
export const attachRolePolicy = operation('AttachRolePolicy', {
  on: roleNamed,
  async handle(input, role, context) {
    await attachPolicy(roleKind, role, input.PolicyArn, context)
    return {}
  },
})
