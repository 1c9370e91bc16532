import { callersAccount, crlKind } from './kind.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { crlDetail } from './wire.ts'

/** The revocation lists of the account in the region. */
export const listCrls = operation('ListCrls', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { records, nextToken } = await pageOf(crlKind, input, context)
    return { crls: records.map(crlDetail), nextToken }
  },
})
