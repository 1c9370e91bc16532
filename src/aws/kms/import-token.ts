import { createHash } from 'node:crypto'
import { plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import { dueId } from './deletion.ts'
import type { KeyRecord } from './records.ts'

export const importEndKind = 'kms-import-end'

/** How long a token that has ended is still known as such, rather than unknown. */
const rememberedMilliseconds = 7 * 86_400_000

/** What a token is stored under: who reads the names in the store learns no token. */
export function tokenHash(token: Uint8Array): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Plans that the wrapping key behind a token is destroyed. */
export function planImportEnd(tx: Transaction, record: KeyRecord, hash: string, validTo: number): void {
  const id = `${dueId(record.account, record.region, record.id)}/${hash}`
  plan(tx, { at: validTo + rememberedMilliseconds, kind: importEndKind, id })
}
