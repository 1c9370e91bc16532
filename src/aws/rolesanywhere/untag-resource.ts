import { change } from './kind.ts'
import { operation } from './operation.ts'
import { tagged } from './tagged.ts'

/** Takes tags away; keys that are not there are no matter. */
export const untagResource = operation('UntagResource', {
  on: tagged,
  async handle({ tagKeys }, { kind, record }, context) {
    const gone = new Set(tagKeys.map((key) => key.reveal()))
    change(kind, record, { tags: record.tags.filter(([key]) => !gone.has(key)) }, context)
    return {}
  },
})
