import { randomBytes } from 'node:crypto'
import type { CreateKeyRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { hold, type KeyStoreRecord, putStore, readStore, type XksSettings, xksKeyName } from './key-store.ts'
import { newMaterial, putMaterial } from './material.ts'
import {
  keyStoreNotConnected,
  onlySymmetricInStores,
  storeNotForOrigin,
  storeRequired,
  xksKeyIdRequired,
  xksKeyInUse,
  xksKeyUnusable,
} from './messages.ts'
import type { KeyRecord } from './records.ts'
import { isUsableKey } from './xks.ts'

/** Whether a key is asked for that is to be in a custom key store. */
export function isInStore({ Origin: origin, CustomKeyStoreId: id, XksKeyId: xksKeyId }: CreateKeyRequest): boolean {
  return origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE' || id !== undefined || xksKeyId !== undefined
}

/**
 * The record of a key in a custom key store that is connected. One behind a proxy rests on a key that is there already; one on
 * a token is still to be made there.
 */
export async function keyInStore(record: KeyRecord, input: CreateKeyRequest, context: Context): Promise<KeyRecord> {
  const { tx } = context
  const { CustomKeyStoreId: id, XksKeyId: xksKeyId } = input
  if (record.spec !== 'SYMMETRIC_DEFAULT' || record.multiRegion) throw onlySymmetricInStores()
  if (id === undefined) throw storeRequired(record.origin)
  const store = await readStore(context, id)
  if (record.origin !== (store.xks ? 'EXTERNAL_KEY_STORE' : 'AWS_CLOUDHSM')) throw storeNotForOrigin(record.origin)
  if (store.state !== 'CONNECTED') throw keyStoreNotConnected()
  putStore(tx, { ...store, keys: store.keys + 1 })
  if (store.xks) return behindProxy(record, store, store.xks, xksKeyId, context)
  if (xksKeyId !== undefined) throw storeNotForOrigin(record.origin)
  const label = `keyturn-${record.id}`
  return {
    ...record,
    state: 'Creating',
    material: randomBytes(32).toString('hex'),
    customStore: { id: store.id, keyId: label },
  }
}

async function behindProxy(
  record: KeyRecord,
  store: KeyStoreRecord,
  settings: XksSettings,
  xksKeyId: string | undefined,
  { tx, call, platform }: Context,
): Promise<KeyRecord> {
  if (xksKeyId === undefined) throw xksKeyIdRequired()
  // It becomes part of a path, where these would stand for other places.
  if (xksKeyId === '.' || xksKeyId === '..') throw xksKeyUnusable()
  if (!(await hold(tx, store, 'xks-key', xksKeyName(store.id, xksKeyId)))) throw xksKeyInUse(xksKeyId)
  const context = { settings, call, platform, operation: 'CreateKey', purpose: 'key' as const }
  if (!(await isUsableKey(context, xksKeyId))) throw xksKeyUnusable()
  const material = await newMaterial(record.spec, 1, record.createdAt)
  const made: KeyRecord = {
    ...record,
    state: 'Enabled',
    material: material.id,
    customStore: { id: store.id, keyId: xksKeyId },
  }
  putMaterial(tx, made, material)
  return made
}
