import { readSource } from './authorities.ts'
import { change, trustAnchorKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { trustAnchorDetail } from './wire.ts'

/** Changes the name or the authorities of a trust anchor. */
export const updateTrustAnchor = operation('UpdateTrustAnchor', {
  on: ({ trustAnchorId }, finding) => withId(trustAnchorKind, trustAnchorId, finding),
  async handle({ name, source }, record, context) {
    const members = { ...(name !== undefined && { name }), ...(source && { pem: readSource(source) }) }
    return { trustAnchor: trustAnchorDetail(change(trustAnchorKind, record, members, context)) }
  },
})
