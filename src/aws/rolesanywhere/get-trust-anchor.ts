import { trustAnchorKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { trustAnchorDetail } from './wire.ts'

/** A trust anchor by its id. */
export const getTrustAnchor = operation('GetTrustAnchor', {
  on: ({ trustAnchorId }, finding) => withId(trustAnchorKind, trustAnchorId, finding),
  handle: async (_input, record) => ({ trustAnchor: trustAnchorDetail(record) }),
})
