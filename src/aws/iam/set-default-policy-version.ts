import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf, savePolicy } from './policy.ts'
import { readVersion } from './policy-version.ts'

/** Chooses the version of a managed policy that counts. */
export const setDefaultPolicyVersion = operation('SetDefaultPolicyVersion', {
  on: policyOf,
  async handle(input, policy, context) {
    checkOwnPolicy(policy, 'iam:SetDefaultPolicyVersion')
    const { id } = readVersion(policy, input.VersionId)
    savePolicy({ ...policy, defaultVersion: id, updatedAt: context.call.now }, context)
    return {}
  },
})
