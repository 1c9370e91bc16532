import { operation } from './operation.ts'
import { checkOwnPolicy, policyOf, savePolicy } from './policy.ts'
import { removeTags } from './tags.ts'

/** Takes tags off a managed policy; those it does not have are no error. */
export const untagPolicy = operation('UntagPolicy', {
  on: policyOf,
  async handle(input, policy, context) {
    checkOwnPolicy(policy, 'iam:UntagPolicy')
    savePolicy({ ...policy, tags: removeTags(policy.tags, input.TagKeys) }, context)
    return {}
  },
})
