import { saveSettings, settingsOf } from './account-settings.ts'
import { operation } from './operation.ts'

/** Replaces the account's password policy. It is kept; nobody signs in with a password here. */
export const updateAccountPasswordPolicy = operation('UpdateAccountPasswordPolicy', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, { tx, call }) {
    const { account } = call.caller
    saveSettings(tx, account, { ...(await settingsOf(tx, account)), passwordPolicy: input })
    return {}
  },
})
