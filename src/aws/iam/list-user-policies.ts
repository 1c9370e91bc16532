import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { userNamed } from './user.ts'

/** Lists the names of a user's inline policies. */
export const listUserPolicies = operation('ListUserPolicies', {
  on: userNamed,
  async handle(input, user) {
    const source = listed(user.inline, ({ name }) => name)
    const { items, end } = await page(input, ['ListUserPolicies', user.id], source)
    return { PolicyNames: items.map(({ name }) => name), ...end }
  },
})
