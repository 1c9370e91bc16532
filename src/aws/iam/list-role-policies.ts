import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { roleNamed } from './role.ts'

/** Lists the names of a role's inline policies. */
export const listRolePolicies = operation('ListRolePolicies', {
  on: roleNamed,
  async handle(input, role) {
    const source = listed(role.inline, ({ name }) => name)
    const { items, end } = await page(input, ['ListRolePolicies', role.id], source)
    return { PolicyNames: items.map(({ name }) => name), ...end }
  },
})
