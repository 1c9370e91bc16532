import { crlKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** A revocation list by its id. */
export const getCrl = operation('GetCrl', {
  on: ({ crlId }, finding) => withId(crlKind, crlId, finding),
  handle: async (_input, record) => ({ crl: crlDetail(record) }),
})
