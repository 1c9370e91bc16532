import { qualifiedFunction } from './find-function.ts'
import { noPolicy } from './messages.ts'
import { operation } from './operation.ts'
import { policyDocument } from './policy.ts'

/** Who else may use a function, a version or an alias. */
export const getPolicy = operation('GetPolicy', {
  on: qualifiedFunction,
  async handle(_input, { fn, qualifier }) {
    const policy = fn.policies[qualifier === '$LATEST' ? '' : (qualifier ?? '')]
    if (!policy) throw noPolicy()
    return { Policy: policyDocument(policy), RevisionId: policy.revisionId }
  },
})
