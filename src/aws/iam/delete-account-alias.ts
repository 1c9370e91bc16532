import { accountAliases, saveSettings, settingsOf } from './account-settings.ts'
import { aliasNotFound } from './messages.ts'
import { operation } from './operation.ts'

/** Takes its alias from the account. */
export const deleteAccountAlias = operation('DeleteAccountAlias', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, { tx, call }) {
    const { account } = call.caller
    const { alias, ...rest } = await settingsOf(tx, account)
    if (alias === undefined || alias !== input.AccountAlias) throw aliasNotFound()
    accountAliases.delete(tx, alias)
    saveSettings(tx, account, rest)
    return {}
  },
})
