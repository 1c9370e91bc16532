import { subjectKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { subjectDetail } from './wire.ts'

/** Somebody who came with a certificate, and the certificates last seen. */
export const getSubject = operation('GetSubject', {
  on: ({ subjectId }, finding) => withId(subjectKind, subjectId, finding),
  handle: async (_input, record) => ({ subject: subjectDetail(record) }),
})
