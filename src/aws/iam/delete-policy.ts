import { count } from './accounts.ts'
import { usageOf } from './managed-policy.ts'
import { policyAttached, policyHasVersions } from './messages.ts'
import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf } from './policy.ts'
import { policies } from './records.ts'

/** Deletes a managed policy that nobody uses. */
export const deletePolicy = operation('DeletePolicy', {
  on: policyOf,
  async handle(_input, policy, { tx, call }) {
    checkOwnPolicy(policy, 'iam:DeletePolicy')
    const { account } = call.caller
    const { attachments, boundaries } = await usageOf(tx, account, policy.arn)
    if (attachments > 0 || boundaries > 0) throw policyAttached()
    if (policy.versions.length > 1) throw policyHasVersions()
    policies.delete(tx, account, policy.name.toLowerCase())
    await count(tx, account, 'policies', -1)
    return {}
  },
})
