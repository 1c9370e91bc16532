import { removeTags } from '../tags.ts'
import { operation } from './operation.ts'
import { taggedParameter } from './tags.ts'
import { writeParameter } from './write-parameter.ts'

/** Takes tags off a parameter, of which any may be missing. */
export const removeTagsFromResource = operation('RemoveTagsFromResource', {
  on: taggedParameter,
  async handle(input, found, { tx }) {
    writeParameter(tx, { ...found, tags: removeTags(found.tags, input.TagKeys) })
    return {}
  },
})
