import { Secret } from '../../base/secret.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import { newAccessKeyId, newSecretAccessKey } from './unique-id.ts'
import { accessKeys } from './records.ts'

export interface AccountRecord {
  readonly id: string
  readonly createdAt: number
  readonly name?: string
}

/** What the root user of an account has. */
export interface RootRecord {
  readonly accessKeys: readonly string[]
}

/** How many there are of each thing that has a quota. */
export interface AccountCounts {
  readonly users: number
  readonly groups: number
  readonly roles: number
  readonly policies: number
  readonly instanceProfiles: number
  readonly oidcProviders: number
  readonly samlProviders: number
}

const accounts = table<AccountRecord>({ name: 'iam/account', version: 1 })
const counts = table<AccountCounts>({ name: 'iam/account-counts', version: 1 })
/** By account. */
export const roots = table<RootRecord>({ name: 'iam/root', version: 1 })

/** Whether a text is an account number. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text)
}

/** Makes an account; one that exists stays as it is. */
export async function createAccount(
  tx: Transaction,
  id: string,
  { now, name }: { readonly now: number; readonly name?: string },
): Promise<AccountRecord> {
  const known = await accounts.get(tx, id)
  if (known) return known
  const account = { id, createdAt: now, ...(name !== undefined && { name }) }
  accounts.put(tx, account, id)
  return account
}

export function findAccount(tx: Transaction, id: string): Awaitable<AccountRecord | undefined> {
  return accounts.get(tx, id)
}

/** Whether an account is there. In dev mode every account is. */
export async function accountExists(tx: Transaction, id: string, { dev }: { readonly dev: boolean }): Promise<boolean> {
  return isAccountId(id) && (dev || (await accounts.get(tx, id)) !== undefined)
}

/** Every account, in the order of their numbers. */
export async function listAccounts(
  tx: Transaction,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<readonly AccountRecord[]> {
  const rows = await accounts.range(tx, { limit, ...(after !== undefined && { after: [after] }) })
  return rows.map(({ record }) => record)
}

export interface NewAccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret<string>
}

/** A long-term key of an account's root user: what an administrator begins with. */
export async function createRootAccessKey(tx: Transaction, account: string, now: number): Promise<NewAccessKey> {
  const root = await roots.get(tx, account)
  const id = newAccessKeyId('AKIA', account)
  const secret = newSecretAccessKey()
  accessKeys.put(tx, { id, account, holder: { type: 'root' }, secret, active: true, createdAt: now }, id)
  roots.put(tx, { accessKeys: [...(root?.accessKeys ?? []), id] }, account)
  return { accessKeyId: id, secretAccessKey: new Secret(secret) }
}

const none: AccountCounts = {
  users: 0,
  groups: 0,
  roles: 0,
  policies: 0,
  instanceProfiles: 0,
  oidcProviders: 0,
  samlProviders: 0,
}

export async function countsOf(tx: Transaction, account: string): Promise<AccountCounts> {
  return (await counts.get(tx, account)) ?? none
}

/** Counts one more, or one less, of something in an account. */
export async function count(tx: Transaction, account: string, what: keyof AccountCounts, by: 1 | -1): Promise<void> {
  const known = await countsOf(tx, account)
  counts.put(tx, { ...known, [what]: known[what] + by }, account)
}
