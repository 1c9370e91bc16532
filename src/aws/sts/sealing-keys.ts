import type { KeyObject } from 'node:crypto'
import { randomBytes } from 'node:crypto'
import { aes256Key } from '../../crypto/aead.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { derivation, table } from '../../store/table.ts'

interface SealingKey {
  readonly number: number
  readonly key: string
  readonly createdAt: number
}

/** The keys that session tokens are sealed under, newest first. One record, so that opening a token costs one look-up. */
export interface SealingKeys {
  readonly keys: readonly SealingKey[]
}

const sealingKeys = table<SealingKeys>({ name: 'sts/sealing-keys', version: 1 })

const hour = 60 * 60 * 1000
/** How long a key seals. */
const sealsFor = 12 * hour
/** The longest session there is: a token sealed at a key's last moment must open until its end. */
const opensFor = 36 * hour

export interface KeyObjects {
  readonly newest: { readonly number: number; readonly key: KeyObject }
  readonly byNumber: ReadonlyMap<number, KeyObject>
}

/** The keys made ready, once for each state of the record. */
export const keyObjects = derivation(({ keys }: SealingKeys): KeyObjects => {
  const byNumber = new Map(keys.map(({ number, key }) => [number, aes256Key(Buffer.from(key, 'base64'))]))
  const { number } = keys[0] as SealingKey
  return { newest: { number, key: byNumber.get(number) as KeyObject }, byNumber }
})

/** Nothing before the first session. */
export function findSealingKeys(tx: Transaction): Awaitable<SealingKeys | undefined> {
  return sealingKeys.get(tx, 'all')
}

/** The keys, with a new one where the newest has sealed long enough, and without those that open nothing any more. */
export async function currentSealingKeys(tx: Transaction, now: number): Promise<SealingKeys> {
  const known = await findSealingKeys(tx)
  const newest = known?.keys[0]
  if (known && newest && now < newest.createdAt + sealsFor) return known
  const key = { number: (newest?.number ?? 0) + 1, key: randomBytes(32).toString('base64'), createdAt: now }
  const kept = known?.keys.filter(({ createdAt }) => now < createdAt + sealsFor + opensFor) ?? []
  const renewed = { keys: [key, ...kept] }
  sealingKeys.put(tx, renewed, 'all')
  return renewed
}
