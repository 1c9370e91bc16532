import { callersAccount, trustAnchorKind } from './kind.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { trustAnchorDetail } from './wire.ts'

/** The trust anchors of the account in the region. */
export const listTrustAnchors = operation('ListTrustAnchors', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { records, nextToken } = await pageOf(trustAnchorKind, input, context)
    return { trustAnchors: records.map(trustAnchorDetail), nextToken }
  },
})
