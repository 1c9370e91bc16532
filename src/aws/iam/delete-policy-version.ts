import { defaultVersionStays } from './messages.ts'
import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf, savePolicy } from './policy.ts'
import { readVersion } from './policy-version.ts'

/** Deletes a version of a managed policy that is not the default. */
export const deletePolicyVersion = operation('DeletePolicyVersion', {
  on: policyOf,
  async handle(input, policy, context) {
    checkOwnPolicy(policy, 'iam:DeletePolicyVersion')
    const version = readVersion(policy, input.VersionId)
    if (version.id === policy.defaultVersion) throw defaultVersionStays()
    const versions = policy.versions.filter((other) => other !== version)
    savePolicy({ ...policy, versions, updatedAt: context.call.now }, context)
    return {}
  },
})
