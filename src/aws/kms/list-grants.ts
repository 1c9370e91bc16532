import type { Context } from '../operation.ts'
import { keyById } from './find-key.ts'
import { findGrant, granteeTable, type GrantRecord, grantTable, listEntry } from './grant.ts'
import { pageOf, readMarker } from './marker.ts'
import { invalidGrantId } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'

const mostPerPage = 100

/** The grants on a key, in the order of their ids; on request those of one grantee, or one alone. */
export const listGrants = operation('ListGrants', {
  on: keyById,
  conditions: (_input, _record, call) => ({ 'kms:GrantIsForAWSResource': call.via.length > 0 }),
  async handle(input, record, context) {
    const { GrantId: id, GranteePrincipal: grantee, Limit = 50 } = input
    if (id !== undefined && !/^[0-9a-f]{64}$/.test(id)) throw invalidGrantId(id)
    const limit = Math.min(Limit, mostPerPage)
    const listing = { operation: 'ListGrants', of: [record.id, id ?? null, grantee ?? null] }
    const last = await readMarker(listing, context, input.Marker)
    const grants = await grantsAfter(record, { id, grantee, last, limit }, context)
    const { entries, end } = await pageOf(listing, context, grants, limit, (grant) => grant.id)
    return { Grants: entries.map(listEntry), ...end }
  },
})

interface Wanted {
  readonly id: string | undefined
  readonly grantee: string | undefined
  readonly last: string | undefined
  readonly limit: number
}

async function grantsAfter(
  record: KeyRecord,
  { id, grantee, last, limit }: Wanted,
  { tx }: Context,
): Promise<readonly GrantRecord[]> {
  const under = [record.account, record.region, record.id]
  if (id !== undefined) {
    const grant = await findGrant(tx, record, id)
    return grant && (grantee === undefined || grant.grantee === grantee) ? [grant] : []
  }
  if (grantee !== undefined) {
    const row = await granteeTable.get(tx, record.account, record.region, record.id, grantee)
    const ids = (row?.grants ?? []).filter((own) => last === undefined || own > last).toSorted()
    const grants = await grantTable.getAll(
      tx,
      ids.slice(0, limit + 1).map((own) => [...under, own]),
    )
    return grants.filter((grant) => grant !== undefined)
  }
  const after = last === undefined ? {} : { after: [...under, last] }
  const rows = await grantTable.range(tx, { under, limit: limit + 1, ...after })
  return rows.map((row) => row.record)
}
