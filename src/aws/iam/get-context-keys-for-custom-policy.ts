import { contextKeys } from './context-keys.ts'
import { operation } from './operation.ts'
import { givenPolicies } from './simulated-policies.ts'

/** Lists the condition keys that policies refer to. */
export const getContextKeysForCustomPolicy = operation('GetContextKeysForCustomPolicy', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  handle: async (input) => ({ ContextKeyNames: contextKeys(givenPolicies(input.PolicyInputList)) }),
})
