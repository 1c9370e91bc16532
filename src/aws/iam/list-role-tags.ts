import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { roleNamed } from './role.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of a role. */
export const listRoleTags = operation('ListRoleTags', {
  on: roleNamed,
  async handle(input, role) {
    const source = listed(role.tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListRoleTags', role.id], source)
    return { Tags: wireTags(items), ...end }
  },
})
