import { callersAccount } from './account.ts'
import { arnOf } from './key.ts'
import { pageOf, readMarker } from './marker.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

const listing = { operation: 'ListKeys' }

/** The keys of the account in the region, those of services included, in the order of their ids. */
export const listKeys = operation('ListKeys', {
  on: callersAccount,
  async handle({ Limit: limit = 100, Marker }, _record, context) {
    const { tx, call } = context
    const under = [call.caller.account, call.region]
    const last = await readMarker(listing, context, Marker)
    const after = last === undefined ? {} : { after: [...under, last] }
    const rows = await keyTable.range(tx, { under, limit: limit + 1, ...after })
    const { entries, end } = await pageOf(listing, context, rows, limit, ({ record }) => record.id)
    return { Keys: entries.map(({ record }) => ({ KeyId: record.id, KeyArn: arnOf(record) })), ...end }
  },
})
