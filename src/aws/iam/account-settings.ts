import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { UpdateAccountPasswordPolicyRequest } from '../models/iam.ts'

/** What an account says of itself as a whole. */
export interface AccountSettings {
  readonly alias?: string
  /** Kept for those who set it; nobody signs in with a password here. */
  readonly passwordPolicy?: UpdateAccountPasswordPolicyRequest
  /** When the last credential report was asked for. */
  readonly reportedAt?: number
}

const settings = table<AccountSettings>({ name: 'iam/account-settings', version: 1 })

/** The account that an alias is of: aliases are unique among all accounts. */
export const accountAliases = table<{ readonly account: string }>({ name: 'iam/account-alias', version: 1 })

export async function settingsOf(tx: Transaction, account: string): Promise<AccountSettings> {
  return (await settings.get(tx, account)) ?? {}
}

export function saveSettings(tx: Transaction, account: string, changed: AccountSettings): void {
  settings.put(tx, changed, account)
}
