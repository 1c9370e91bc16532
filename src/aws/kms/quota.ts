import { counter } from '../../store/counter.ts'
import type { Platform } from '../platform.ts'
import type { Transaction } from '../../store/store.ts'
import { tooManyKeys } from './messages.ts'
import type { KeyRecord } from './records.ts'

/** Account, region: how many customer keys there are. */
const keyCount = counter('kms/count')

/** Counts a key that is made; refuses it where the account has as many as it may in that region. */
export async function countMade(
  tx: Transaction,
  { account, region, id }: KeyRecord,
  platform: Platform,
): Promise<void> {
  const most = platform.quotas.keysPerRegion
  if (await keyCount.isFull(tx, [account, region], id, most)) throw tooManyKeys(most)
  await keyCount.add(tx, [account, region], id, 1)
}

export async function countGone(tx: Transaction, { account, region, id }: KeyRecord): Promise<void> {
  await keyCount.add(tx, [account, region], id, -1)
}
