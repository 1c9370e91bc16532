import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { userNamed } from './user.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of a user. */
export const listUserTags = operation('ListUserTags', {
  on: userNamed,
  async handle(input, user) {
    const source = listed(user.tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListUserTags', user.id], source)
    return { Tags: wireTags(items), ...end }
  },
})
