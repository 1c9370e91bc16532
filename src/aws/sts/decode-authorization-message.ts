import { openAuthorizationMessage } from './authorization-message.ts'
import { invalidAuthorizationMessage } from './messages.ts'
import { operation } from './operation.ts'

/** Opens the reasons of a refusal, as `keyturn explain --encoded` sealed them for the caller's account. */
export const decodeAuthorizationMessage = operation('DecodeAuthorizationMessage', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle({ EncodedMessage }, _record, { tx, call }) {
    const DecodedMessage = await openAuthorizationMessage(tx, EncodedMessage, call.caller.account)
    if (DecodedMessage === undefined) throw invalidAuthorizationMessage()
    return { DecodedMessage }
  },
})
