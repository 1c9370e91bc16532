import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { policyOf } from './policy.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of a managed policy. */
export const listPolicyTags = operation('ListPolicyTags', {
  on: policyOf,
  async handle(input, policy) {
    const source = listed(policy.tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListPolicyTags', policy.arn], source)
    return { Tags: wireTags(items), ...end }
  },
})
