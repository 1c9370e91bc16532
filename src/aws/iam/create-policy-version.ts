import { checkManagedDocument } from './managed-document.ts'
import { tooManyVersions } from './messages.ts'
import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf, savePolicy } from './policy.ts'
import { wireVersion } from './policy-version.ts'

const mostVersions = 5

/** Adds a version to a managed policy; it counts for whom the policy is attached to once it is the default. */
export const createPolicyVersion = operation('CreatePolicyVersion', {
  on: policyOf,
  async handle(input, policy, context) {
    checkOwnPolicy(policy, 'iam:CreatePolicyVersion')
    checkManagedDocument(input.PolicyDocument)
    if (policy.versions.length >= mostVersions) throw tooManyVersions(mostVersions)
    const { now } = context.call
    const lastVersion = policy.lastVersion + 1
    const version = { id: `v${lastVersion}`, document: input.PolicyDocument, createdAt: now }
    const changed = {
      ...policy,
      versions: [version, ...policy.versions],
      lastVersion,
      updatedAt: now,
      ...(input.SetAsDefault === true && { defaultVersion: version.id }),
    }
    savePolicy(changed, context)
    return { PolicyVersion: wireVersion(changed, version) }
  },
})
