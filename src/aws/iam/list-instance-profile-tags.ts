import { instanceProfileNamed } from './instance-profile.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of an instance profile. */
export const listInstanceProfileTags = operation('ListInstanceProfileTags', {
  on: instanceProfileNamed,
  async handle(input, { id, tags }) {
    const source = listed(tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListInstanceProfileTags', id], source)
    return { Tags: wireTags(items), ...end }
  },
})
