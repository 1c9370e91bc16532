import { removeTags } from '../tags.ts'
import { change } from './kind.ts'
import { operation } from './operation.ts'
import { tagged } from './tagged.ts'

/** Takes tags away; keys that are not there are no matter. */
export const untagResource = operation('UntagResource', {
  on: tagged,
  async handle({ tagKeys }, { kind, record }, context) {
    const tags = removeTags(
      record.tags,
      tagKeys.map((key) => key.reveal()),
    )
    change(kind, record, { tags }, context)
    return {}
  },
})
