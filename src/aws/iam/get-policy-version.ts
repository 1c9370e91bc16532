import { operation } from './operation.ts'
import { policyOf } from './policy.ts'
import { readVersion, wireVersion } from './policy-version.ts'
import { wireDocument } from './policy-document.ts'

/** Shows one version of a managed policy with its document. */
export const getPolicyVersion = operation('GetPolicyVersion', {
  on: policyOf,
  async handle(input, policy) {
    const version = readVersion(policy, input.VersionId)
    return { PolicyVersion: { Document: wireDocument(version.document), ...wireVersion(policy, version) } }
  },
})
