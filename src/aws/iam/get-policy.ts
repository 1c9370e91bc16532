import { operation } from './operation.ts'
import { policyOf, wholePolicy } from './policy.ts'

/** Shows a managed policy, without its documents. */
export const getPolicy = operation('GetPolicy', {
  on: policyOf,
  handle: async (_input, policy, context) => ({ Policy: await wholePolicy(policy, context) }),
})
