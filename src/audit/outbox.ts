import { childrenOf, keyOf } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { AuditLog } from './log.ts'
import type { AuditRecord } from './record.ts'

const drainAt = 256
const drainAfterMilliseconds = 500
const page = 500

/**
 * Records that are committed with the change they tell of. Afterwards they are moved into the log and, once they are on
 * the disk there, taken out of the store. A crash in between leaves them here, and `recover` moves them, each once.
 */
export class Outbox {
  readonly #store: Store
  readonly #log: AuditLog
  readonly #chain: string
  #written: string[] = []
  #timer: NodeJS.Timeout | undefined
  #draining: Promise<void> = Promise.resolve()
  readonly #onFault: (error: unknown) => void

  /** `chain` names the process's own chain; `onFault` hears of moves that failed and will be tried again. */
  constructor(store: Store, log: AuditLog, chain: string, onFault: (error: unknown) => void) {
    this.#store = store
    this.#log = log
    this.#chain = chain
    this.#onFault = onFault
  }

  /** Adds records to a transaction that writes. */
  stage(tx: Transaction, records: readonly AuditRecord[]): void {
    for (const record of records) tx.put(keyOf('audit', 'outbox', this.#chain, record.id), record)
  }

  /** Moves records that a commit has made durable; nobody waits for it. */
  move(records: readonly AuditRecord[]): void {
    this.#log.append(records).then(() => {
      for (const record of records) this.#written.push(record.id)
      if (this.#written.length >= drainAt) void this.drain()
      else this.#timer ??= setTimeout(() => void this.drain(), drainAfterMilliseconds).unref()
    }, this.#onFault)
  }

  /** Takes out of the store what is on the disk in the log. */
  drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#draining = this.#draining.then(() => this.#drainOnce())
    return this.#draining
  }

  async #drainOnce(): Promise<void> {
    const ids = this.#written
    if (ids.length === 0) return
    this.#written = []
    try {
      await this.#log.sink.sync()
      await this.#store.transaction(async (tx) => {
        for (const id of ids) tx.delete(keyOf('audit', 'outbox', this.#chain, id))
      })
    } catch (error) {
      this.#written = ids.concat(this.#written)
      this.#onFault(error)
    }
  }

  /** Moves what an earlier process left behind. Answers how many records there were. */
  async recover(): Promise<number> {
    const [from, to] = childrenOf('audit', 'outbox', this.#chain)
    let moved = 0
    for (;;) {
      const found = await this.#store.transaction((tx) => tx.range<AuditRecord>(from, to, { limit: page }))
      if (found.length === 0) return moved
      const missing = found.map(({ record }) => record).filter(({ id }) => !this.#log.sink.has(id))
      if (missing.length > 0) await this.#log.append(missing)
      await this.#log.sink.sync()
      await this.#store.transaction(async (tx) => {
        for (const { key } of found) tx.delete(key)
      })
      moved += found.length
    }
  }

  async close(): Promise<void> {
    await this.drain()
  }
}
