import { tagValues } from '../tags.ts'
import { operation } from './operation.ts'
import { taggedFunction } from './tag-resource.ts'

/** The tags of a function. */
export const listTags = operation('ListTags', {
  on: taggedFunction,
  async handle(_input, { fn }) {
    return { Tags: tagValues(fn.tags) }
  },
})
