import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf, savePolicy } from './policy.ts'
import { addTags } from './tags.ts'

/** Adds tags to a managed policy, or changes their values. */
export const tagPolicy = operation('TagPolicy', {
  on: policyOf,
  async handle(input, policy, context) {
    checkOwnPolicy(policy, 'iam:TagPolicy')
    savePolicy({ ...policy, tags: addTags(policy.tags, input.Tags) }, context)
    return {}
  },
})
