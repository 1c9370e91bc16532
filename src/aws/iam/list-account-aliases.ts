import { settingsOf } from './account-settings.ts'
import { operation } from './operation.ts'

/** Lists the account's alias, of which there is at most one. */
export const listAccountAliases = operation('ListAccountAliases', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const { alias } = await settingsOf(tx, call.caller.account)
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
  },
})
