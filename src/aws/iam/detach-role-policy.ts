import { roleKind } from './entity.ts'
import { operation } from './operation.ts'
import { detachPolicy } from './policy-use.ts'
import { roleNamed } from './role.ts'

/** Takes a managed policy off a role. */
export const detachRolePolicy = operation('DetachRolePolicy', {
  on: roleNamed,
  async handle(input, role, context) {
    await detachPolicy(roleKind, role, input.PolicyArn, context)
    return {}
  },
})
