import { checkList } from './authorities.ts'
import { change, crlKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** Changes the name of a revocation list, or puts a newer one in its place. */
export const updateCrl = operation('UpdateCrl', {
  on: ({ crlId }, finding) => withId(crlKind, crlId, finding),
  async handle({ name, crlData }, record, context) {
    if (crlData) await checkList(crlData, record.trustAnchorArn, context)
    const data = crlData && Buffer.from(crlData).toString('base64')
    const members = { ...(name !== undefined && { name }), ...(data !== undefined && { data }) }
    return { crl: crlDetail(change(crlKind, record, members, context)) }
  },
})
