import { saveSettings, settingsOf } from './account-settings.ts'
import { passwordPolicyNotFound } from './messages.ts'
import { operation } from './operation.ts'

/** Takes the account's password policy away. */
export const deleteAccountPasswordPolicy = operation('DeleteAccountPasswordPolicy', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const { account } = call.caller
    const { passwordPolicy, ...rest } = await settingsOf(tx, account)
    if (!passwordPolicy) throw passwordPolicyNotFound(account)
    saveSettings(tx, account, rest)
    return {}
  },
})
