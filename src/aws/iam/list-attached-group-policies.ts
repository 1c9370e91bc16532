import { attachedUnderPath } from './policy-use.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { groupNamed } from './group.ts'

/** Lists the managed policies that are attached to a group. */
export const listAttachedGroupPolicies = operation('ListAttachedGroupPolicies', {
  on: groupNamed,
  async handle(input, group, context) {
    const attached = await attachedUnderPath(group, input.PathPrefix, context)
    const bound = ['ListAttachedGroupPolicies', group.id, input.PathPrefix]
    const { items, end } = await page(
      input,
      bound,
      listed(attached, ({ PolicyArn }) => PolicyArn),
    )
    return { AttachedPolicies: [...items], ...end }
  },
})
