import { remove, trustAnchorKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { trustAnchorDetail } from './wire.ts'

/** Takes a trust anchor away. What came of it before ends with its time. */
export const deleteTrustAnchor = operation('DeleteTrustAnchor', {
  on: ({ trustAnchorId }, finding) => withId(trustAnchorKind, trustAnchorId, finding),
  handle: async (_input, record, context) => ({
    trustAnchor: trustAnchorDetail(await remove(trustAnchorKind, record, context)),
  }),
})
