import { checkList } from './authorities.ts'
import { add, callersAccount, crlKind } from './kind.ts'
import { operation } from './operation.ts'
import { crlDetail } from './wire.ts'

/** Keeps a list of certificates that are believed no more, though a trust anchor vouches for them. */
export const importCrl = operation('ImportCrl', {
  on: callersAccount,
  async handle({ name, crlData, trustAnchorArn, enabled = false, tags }, _record, context) {
    await checkList(crlData, trustAnchorArn, context)
    const data = Buffer.from(crlData).toString('base64')
    return { crl: crlDetail(await add(crlKind, { name, trustAnchorArn, data, enabled }, tags, context)) }
  },
})
