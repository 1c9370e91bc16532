import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { ConnectionErrorCodeType, XksProxyConnectivityType } from '../models/kms.ts'
import type { Finding } from '../operation.ts'
import { keyStoreNotFound } from './messages.ts'
import type { KeyRecord } from './records.ts'

/** How an external key store is reached. */
export interface XksSettings {
  readonly connectivity: XksProxyConnectivityType
  /** `https://` and a name. */
  readonly endpoint: string
  readonly path: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly vpcServiceName?: string
  readonly vpcServiceOwner?: string
}

export interface HsmSettings {
  readonly clusterId: string
  readonly trustAnchor: string
  readonly password: string
}

export interface KeyStoreRecord {
  /** `cks-` and 17 hexadecimal digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
  readonly state: 'CONNECTED' | 'DISCONNECTED' | 'FAILED'
  readonly failure?: ConnectionErrorCodeType
  /** How many keys are in it. */
  readonly keys: number
  /** One of the two. */
  readonly xks?: XksSettings
  readonly hsm?: HsmSettings
}

/** Account, region, id. */
export const keyStoreTable = table<KeyStoreRecord>({ name: 'kms/store', version: 1 })

interface Holder {
  readonly store: string
}

/** Account, region, what may be in use once only (`name`, `uri`, `cluster`, `xks-key`), its value. */
const heldTable = table<Holder>({ name: 'kms/store-holds', version: 1 })

export type HeldKind = 'name' | 'uri' | 'cluster' | 'xks-key'

type Place = Pick<KeyStoreRecord, 'account' | 'region' | 'id'>

/** Takes something for a store; `false` where another store, or another key of this one, has it. */
export async function hold(tx: Transaction, store: Place, kind: HeldKind, value: string): Promise<boolean> {
  const { account, region, id } = store
  if (await heldTable.get(tx, account, region, kind, value)) return false
  heldTable.put(tx, { store: id }, account, region, kind, value)
  return true
}

export function letGo(tx: Transaction, { account, region }: Place, kind: HeldKind, value: string): void {
  heldTable.delete(tx, account, region, kind, value)
}

export async function findStoreByName(
  tx: Transaction,
  account: string,
  region: string,
  name: string,
): Promise<KeyStoreRecord | undefined> {
  const holder = await heldTable.get(tx, account, region, 'name', name)
  return holder && keyStoreTable.get(tx, account, region, holder.store)
}

/** A store of the caller's account in the region, or the refusal. */
export async function readStore({ tx, call }: Finding, id: string): Promise<KeyStoreRecord> {
  const store = await keyStoreTable.get(tx, call.caller.account, call.region, id)
  if (!store) throw keyStoreNotFound()
  return store
}

export function putStore(tx: Transaction, store: KeyStoreRecord): void {
  keyStoreTable.put(tx, store, store.account, store.region, store.id)
}

/** The store that a key is in; nothing where it is in none. */
export async function storeOf(tx: Transaction, key: KeyRecord): Promise<KeyStoreRecord | undefined> {
  return key.customStore && keyStoreTable.get(tx, key.account, key.region, key.customStore.id)
}

/** What makes an external key of a store unlike those of others. */
export function xksKeyName(storeId: string, xksKeyId: string): string {
  return `${storeId}/${xksKeyId}`
}

/** Takes a deleted key out of its store. */
export async function leaveStore(tx: Transaction, key: KeyRecord): Promise<void> {
  const store = await storeOf(tx, key)
  if (!store || !key.customStore) return
  if (store.xks) letGo(tx, store, 'xks-key', xksKeyName(store.id, key.customStore.keyId))
  putStore(tx, { ...store, keys: Math.max(0, store.keys - 1) })
}
