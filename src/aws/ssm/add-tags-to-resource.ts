import { operation } from './operation.ts'
import { newTags, taggedParameter } from './tags.ts'
import { writeParameter } from './write-parameter.ts'

/** Attaches tags to a parameter. */
export const addTagsToResource = operation('AddTagsToResource', {
  on: taggedParameter,
  async handle(input, found, { tx }) {
    writeParameter(tx, { ...found, tags: newTags(found.tags, input.Tags) })
    return {}
  },
})
