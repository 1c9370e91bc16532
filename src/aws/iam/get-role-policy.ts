import { readInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { wireDocument } from './policy-document.ts'
import { roleNamed } from './role.ts'

/** Shows an inline policy of a role. */
export const getRolePolicy = operation('GetRolePolicy', {
  on: roleNamed,
  async handle(input, role) {
    const { name, document } = readInlinePolicy('role', role, input.PolicyName)
    return { RoleName: role.name, PolicyName: name, PolicyDocument: wireDocument(document) }
  },
})
