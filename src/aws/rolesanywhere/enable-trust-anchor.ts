import { change, trustAnchorKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { trustAnchorDetail } from './wire.ts'

/** Lets a trust anchor count. */
export const enableTrustAnchor = operation('EnableTrustAnchor', {
  on: ({ trustAnchorId }, finding) => withId(trustAnchorKind, trustAnchorId, finding),
  handle: async (_input, record, context) => ({
    trustAnchor: trustAnchorDetail(change(trustAnchorKind, record, { enabled: true }, context)),
  }),
})
