import { contextKeys } from './context-keys.ts'
import { operation } from './operation.ts'
import { givenPolicies, policySource, sourcePolicies } from './simulated-policies.ts'

/** Lists the condition keys that the policies of a user, group or role refer to, and others given with them. */
export const getContextKeysForPrincipalPolicy = operation('GetContextKeysForPrincipalPolicy', {
  on: policySource,
  async handle(input, source, context) {
    const { identity, boundary } = await sourcePolicies(source, context)
    const given = givenPolicies(input.PolicyInputList)
    return { ContextKeyNames: contextKeys([...identity, ...given, ...(boundary ? [boundary] : [])]) }
  },
})
