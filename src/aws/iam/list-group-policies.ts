import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { groupNamed } from './group.ts'

/** Lists the names of a group's inline policies. */
export const listGroupPolicies = operation('ListGroupPolicies', {
  on: groupNamed,
  async handle(input, group) {
    const source = listed(group.inline, ({ name }) => name)
    const { items, end } = await page(input, ['ListGroupPolicies', group.id], source)
    return { PolicyNames: items.map(({ name }) => name), ...end }
  },
})
