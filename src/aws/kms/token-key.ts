import { plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { Platform } from '../platform.ts'
import { dueId } from './deletion.ts'
import { type HsmSettings, storeOf } from './key-store.ts'
import { type KeyRecord, keyTable } from './records.ts'

export const tokenKeyKind = 'kms-token-key'

const secondTryMilliseconds = 60_000

/** Plans that a key which is to be made on a token gets made there, should the request that wants it not come to its end. */
export function planTokenKey(tx: Transaction, { account, region, id, createdAt }: KeyRecord): void {
  plan(tx, { at: createdAt + secondTryMilliseconds, kind: tokenKeyKind, id: dueId(account, region, id) })
}

/** Makes a key on its token, where it is not there yet, and lets it be used. */
export async function finishTokenKey(platform: Platform, { account, region, id }: KeyRecord): Promise<void> {
  const place = await platform.store.transaction(async (tx) => {
    const record = await keyTable.get(tx, account, region, id)
    return record?.state === 'Creating' ? tokenPlace(tx, record, platform) : undefined
  })
  if (!place) return
  await place.token.generate(place.password, place.label)
  await platform.store.transaction(async (tx) => {
    const record = await keyTable.get(tx, account, region, id)
    if (record?.state === 'Creating') keyTable.put(tx, { ...record, state: 'Enabled' }, account, region, id)
  })
}

/** Destroys a key on its token. Where its store is not connected it stays there: nobody can be asked. */
export async function destroyTokenKey(platform: Platform, record: KeyRecord): Promise<void> {
  if (record.origin !== 'AWS_CLOUDHSM') return
  const place = await platform.store.transaction((tx) => tokenPlace(tx, record, platform))
  await place?.token.destroy(place.password, place.label)
}

async function tokenPlace(tx: Transaction, record: KeyRecord, { tokens }: Platform) {
  const store = await storeOf(tx, record)
  if (store?.state !== 'CONNECTED' || !record.customStore) return undefined
  const { clusterId, password } = store.hsm as HsmSettings
  const token = tokens?.get(clusterId)
  return token && { token, password, label: record.customStore.keyId }
}
