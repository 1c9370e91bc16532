import { settingsOf } from './account-settings.ts'
import { passwordPolicyNotFound } from './messages.ts'
import { operation } from './operation.ts'

/** Shows the account's password policy, with AWS's defaults for what it leaves out. */
export const getAccountPasswordPolicy = operation('GetAccountPasswordPolicy', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const { account } = call.caller
    const { passwordPolicy: set } = await settingsOf(tx, account)
    if (!set) throw passwordPolicyNotFound(account)
    const { MaxPasswordAge: age = 0 } = set
    return {
      PasswordPolicy: {
        MinimumPasswordLength: set.MinimumPasswordLength ?? 6,
        RequireSymbols: set.RequireSymbols ?? false,
        RequireNumbers: set.RequireNumbers ?? false,
        RequireUppercaseCharacters: set.RequireUppercaseCharacters ?? false,
        RequireLowercaseCharacters: set.RequireLowercaseCharacters ?? false,
        AllowUsersToChangePassword: set.AllowUsersToChangePassword ?? false,
        ExpirePasswords: age > 0,
        ...(age > 0 && { MaxPasswordAge: age }),
        ...(set.PasswordReusePrevention !== undefined && { PasswordReusePrevention: set.PasswordReusePrevention }),
        ...(set.HardExpiry !== undefined && { HardExpiry: set.HardExpiry }),
      },
    }
  },
})
