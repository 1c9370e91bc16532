import { accountAliases, saveSettings, settingsOf } from './account-settings.ts'
import { aliasExists } from './messages.ts'
import { operation } from './operation.ts'

/** Gives the account an alias, in place of the one it has. */
export const createAccountAlias = operation('CreateAccountAlias', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle({ AccountAlias: alias }, _record, { tx, call }) {
    const { account } = call.caller
    const holder = await accountAliases.get(tx, alias)
    if (holder) throw aliasExists(alias)
    const known = await settingsOf(tx, account)
    if (known.alias !== undefined) accountAliases.delete(tx, known.alias)
    accountAliases.put(tx, { account }, alias)
    saveSettings(tx, account, { ...known, alias })
    return {}
  },
})
