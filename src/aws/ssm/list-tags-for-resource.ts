import { operation } from './operation.ts'
import { taggedParameter } from './tags.ts'

/** Lists the tags of a parameter. */
export const listTagsForResource = operation('ListTagsForResource', {
  on: taggedParameter,
  async handle(_input, { tags }) {
    return { TagList: tags.map(({ key, value }) => ({ Key: key, Value: value })) }
  },
})
