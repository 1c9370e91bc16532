import { ownKey } from './find-key.ts'
import { pageOf, readMarker } from './marker.ts'
import { invalidMarker } from './messages.ts'
import { operation } from './operation.ts'
import { wireTags } from './tags.ts'

const mostPerPage = 50

/** The tags of a key, in the order in which they were added. */
export const listResourceTags = operation('ListResourceTags', {
  on: ownKey,
  async handle({ Limit = mostPerPage, Marker }, record, context) {
    const listing = { operation: 'ListResourceTags', of: [record.id] }
    const last = await readMarker(listing, context, Marker)
    const at = last === undefined ? -1 : record.tags.findIndex(({ key }) => key === last)
    if (last !== undefined && at < 0) throw invalidMarker()
    const rest = record.tags.slice(at + 1)
    const { entries, end } = await pageOf(listing, context, rest, Math.min(Limit, mostPerPage), ({ key }) => key)
    return { Tags: wireTags(entries), ...end }
  },
})
