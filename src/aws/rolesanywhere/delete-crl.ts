import { crlKind, remove, withId } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** Takes a revocation list away. What came of it before ends with its time. */
export const deleteCrl = operation('DeleteCrl', {
  on: ({ crlId }, finding) => withId(crlKind, crlId, finding),
  handle: async (_input, record, context) => ({ crl: crlDetail(await remove(crlKind, record, context)) }),
})
