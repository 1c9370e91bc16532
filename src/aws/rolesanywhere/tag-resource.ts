import { change } from './kind.ts'
import { operation } from './operation.ts'
import { tagged } from './tagged.ts'
import { newTags } from './tags.ts'

/** Adds tags, or gives those that are there new values. */
export const tagResource = operation('TagResource', {
  on: tagged,
  async handle({ tags }, { kind, record }, context) {
    change(kind, record, { tags: newTags(record.tags, tags) }, context)
    return {}
  },
})
