import { change, crlKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** Lets a revocation list count. */
export const enableCrl = operation('EnableCrl', {
  on: ({ crlId }, finding) => withId(crlKind, crlId, finding),
  handle: async (_input, record, context) => ({ crl: crlDetail(change(crlKind, record, { enabled: true }, context)) }),
})
