import { accountInAccessKeyId } from '../iam/unique-id.ts'
import { accessKeys } from '../iam/records.ts'
import { unknownKeyId } from './messages.ts'
import { operation } from './operation.ts'

/** Says which account an access key id is of, whether it is in use or not. */
export const getAccessKeyInfo = operation('GetAccessKeyInfo', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle({ AccessKeyId }, _record, { tx }) {
    const account = (await accessKeys.get(tx, AccessKeyId))?.account ?? accountInAccessKeyId(AccessKeyId)
    if (account === undefined) throw unknownKeyId()
    return { Account: account }
  },
})
