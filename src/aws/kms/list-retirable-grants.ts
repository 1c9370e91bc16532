import { callersAccount } from './account.ts'
import { accountOfPrincipal, grantTable, listEntry, retirableTable } from './grant.ts'
import { pageOf, readMarker } from './marker.ts'
import { invalidPrincipalArn } from './messages.ts'
import { operation } from './operation.ts'

const mostPerPage = 100

/** The grants, on keys of whichever account, that a principal of the caller's account may retire. */
export const listRetirableGrants = operation('ListRetirableGrants', {
  on: callersAccount,
  async handle({ RetiringPrincipal: principal, Limit = 50, Marker }, _record, context) {
    const { tx, call } = context
    const { account } = call.caller
    if (accountOfPrincipal(principal) !== account) throw invalidPrincipalArn(principal)
    const limit = Math.min(Limit, mostPerPage)
    const listing = { operation: 'ListRetirableGrants', of: [principal] }
    const last = await readMarker(listing, context, Marker)
    const under = [account, call.region, principal]
    const after = last === undefined ? {} : { after: [...under, ...last.split('/')] }
    const rows = await retirableTable.range(tx, { under, limit: limit + 1, ...after })
    const { entries, end } = await pageOf(listing, context, rows, limit, ({ record }) =>
      [record.account, record.keyId, record.id].join('/'),
    )
    const grants = await grantTable.getAll(
      tx,
      entries.map(({ record }) => [record.account, call.region, record.keyId, record.id]),
    )
    return { Grants: grants.filter((grant) => grant !== undefined).map(listEntry), ...end }
  },
})
