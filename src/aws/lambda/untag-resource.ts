import { removeTags } from '../tags.ts'
import { operation } from './operation.ts'
import { functions } from './records.ts'
import { taggedFunction } from './tag-resource.ts'

/** Removes tags from a function. */
export const untagResource = operation('UntagResource', {
  on: taggedFunction,
  async handle({ TagKeys }, { fn }, { tx }) {
    const tags = removeTags(fn.tags, TagKeys)
    functions.put(tx, { ...fn, tags }, fn.account, fn.region, fn.name)
    return {}
  },
})
