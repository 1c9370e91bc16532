import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'
import { readTrust } from './trust.ts'

/** Replaces the policy that says who may assume a role. */
export const updateAssumeRolePolicy = operation('UpdateAssumeRolePolicy', {
  on: roleNamed,
  async handle(input, role, context) {
    saveEntity(roleKind, { ...role, ...(await readTrust(input.PolicyDocument, context)) }, context)
    return {}
  },
})
