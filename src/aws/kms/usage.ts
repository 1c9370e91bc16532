import type { Store, Transaction } from '../../store/store.ts'
import { derivation, table } from '../../store/table.ts'
import type { KeyLastUsageTrackingOperation } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import type { KeyRecord } from './records.ts'

/** The last time that a key was used, as far as is known. */
export interface UsageRecord {
  readonly operation: KeyLastUsageTrackingOperation
  readonly at: number
  readonly eventId: string
  readonly requestId: string
}

/** Account, region, key id. */
const usageTable = table<UsageRecord>({ name: 'kms/usage', version: 1 })

const flushMilliseconds = 60_000
const mostNoted = 20_000
const writesAtOnce = 500

interface Noted {
  readonly at: readonly [account: string, region: string, id: string]
  readonly usage: UsageRecord
}

const placeOf = derivation(({ account, region, id }: KeyRecord) => ({
  key: `${account}/${region}/${id}`,
  at: [account, region, id] as const,
}))

/**
 * Notes uses in memory and stores the newest of each key about once a minute: a write for every use would make each
 * reading call a writing one. Other processes see a use a minute later, and a crash forgets the last minute; the audit
 * trail has all of them.
 */
class UsageLog {
  readonly #store: Store
  readonly #noted = new Map<string, Noted>()
  #planned = false

  constructor(store: Store) {
    this.#store = store
  }

  note(record: KeyRecord, usage: UsageRecord): void {
    const { key, at } = placeOf(record)
    if (this.#noted.size >= mostNoted && !this.#noted.has(key)) return
    this.#noted.set(key, { at, usage })
    if (this.#planned) return
    this.#planned = true
    setTimeout(() => void this.#flush(), flushMilliseconds).unref()
  }

  newest(record: KeyRecord): UsageRecord | undefined {
    return this.#noted.get(placeOf(record).key)?.usage
  }

  async #flush(): Promise<void> {
    this.#planned = false
    const noted = [...this.#noted]
    try {
      for (let start = 0; start < noted.length; start += writesAtOnce) {
        const part = noted.slice(start, start + writesAtOnce)
        await this.#store.transaction(async (tx) => {
          for (const [, { at, usage }] of part) await putNewer(tx, at, usage)
        })
        for (const [key, value] of part) if (this.#noted.get(key) === value) this.#noted.delete(key)
      }
    } catch {
      // What could not be stored stays noted, and goes with what is noted next.
    }
  }
}

async function putNewer(tx: Transaction, at: Noted['at'], usage: UsageRecord): Promise<void> {
  const stored = await usageTable.get(tx, ...at)
  if (!stored || stored.at < usage.at) usageTable.put(tx, usage, ...at)
}

const logs = new WeakMap<Store, UsageLog>()

function logOf(store: Store): UsageLog {
  let log = logs.get(store)
  if (!log) {
    log = new UsageLog(store)
    logs.set(store, log)
  }
  return log
}

/** Notes that a key was used by this call, once the call has come to its end. */
export function noteUse(context: Context, record: KeyRecord, operation: KeyLastUsageTrackingOperation): void {
  const { tx, call, platform, eventId } = context
  tx.afterCommit(() => {
    logOf(platform.store).note(record, { operation, at: call.now, eventId, requestId: call.requestId })
  })
}

/** The last use of a key. */
export async function lastUsage(tx: Transaction, store: Store, record: KeyRecord): Promise<UsageRecord | undefined> {
  const noted = logOf(store).newest(record)
  const stored = await usageTable.get(tx, record.account, record.region, record.id)
  if (!noted || !stored) return noted ?? stored
  return noted.at >= stored.at ? noted : stored
}

export function forgetUsage(tx: Transaction, { account, region, id }: KeyRecord): void {
  usageTable.delete(tx, account, region, id)
}
