import { assert } from '../base/assert.ts'
import { childrenOf, type Key, keyOf, segmentsOf } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import { type AuditRecord, recordOf } from './record.ts'

type StoredRow = readonly [seq: number, events: readonly unknown[]]
type StoredDrained = readonly (readonly [slot: number, seq: number])[]

/** The keys of slots, each with the number of its newest change whose records are on the disk in the log. */
export type Drained = ReadonlyMap<Key, number>

/** Rows of slots: all that were found, and of those that are not drained their records, oldest change first. */
export interface FoundRows {
  readonly keys: readonly Key[]
  readonly left: readonly (readonly AuditRecord[])[]
}

const mostProcesses = 10_000

/** Processes of one chain have slots of their own, so that none ever overwrites what another left. */
export function slotKey(chain: string, process: string, slot: number): Key {
  return keyOf('audit', 'outbox', chain, process, String(slot))
}

export function drainedKey(chain: string, process: string): Key {
  return keyOf('audit', 'drained', chain, process)
}

/** The row of a change, numbered `seq` among those of its process. The events go in as they are: they are JSON already. */
export function rowJson(seq: number, records: readonly AuditRecord[]): string {
  return `[${seq},[${records.map(({ json }) => json).join(',')}]]`
}

export function drainedJson(drained: ReadonlyMap<number, number>): string {
  return JSON.stringify([...drained] satisfies StoredDrained)
}

/** What all processes of a chain have noted as drained. */
export async function readDrained(tx: Transaction, chain: string): Promise<Drained> {
  const drained = new Map<Key, number>()
  for (const { key, record } of await drainedRows(tx, chain)) {
    const process = segmentsOf(key).at(-1) as string
    for (const [slot, seq] of record) drained.set(slotKey(chain, process, slot), seq)
  }
  return drained
}

/** Forgets what was drained; no rows of slots may be there any more. */
export async function deleteDrained(tx: Transaction, chain: string): Promise<void> {
  for (const { key } of await drainedRows(tx, chain)) tx.delete(key)
}

function drainedRows(tx: Transaction, chain: string) {
  return tx.range<StoredDrained>(...childrenOf('audit', 'drained', chain), { limit: mostProcesses })
}

/** The first rows of a chain, of whichever process. */
export async function findRows(tx: Transaction, chain: string, drained: Drained, limit: number): Promise<FoundRows> {
  const rows = await tx.range<StoredRow>(...childrenOf('audit', 'outbox', chain), { limit })
  const left = rows.filter(({ key, record: [seq] }) => seq > (drained.get(key) ?? 0))
  left.sort((a, b) => a.record[0] - b.record[0])
  return { keys: rows.map(({ key }) => key), left: left.map(({ record: [, records] }) => records.map(readBack)) }
}

/** Whether a chain has rows: its process is at work, or died before it had moved and drained them all. */
export async function leftBehind(store: Store, chain: string): Promise<boolean> {
  const found = await store.transaction((tx) => tx.range(...childrenOf('audit', 'outbox', chain), { limit: 1 }))
  return found.length > 0
}

function readBack(event: unknown): AuditRecord {
  const record = recordOf(event, JSON.stringify(event))
  assert(record, 'what waits for the log is an event')
  return record
}
