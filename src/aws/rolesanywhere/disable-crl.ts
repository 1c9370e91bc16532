import { change, crlKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** Lets a revocation list count no more, until it is enabled. */
export const disableCrl = operation('DisableCrl', {
  on: ({ crlId }, finding) => withId(crlKind, crlId, finding),
  handle: async (_input, record, context) => ({ crl: crlDetail(change(crlKind, record, { enabled: false }, context)) }),
})
