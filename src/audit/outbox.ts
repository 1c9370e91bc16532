import { childrenOf, keyOf } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { AuditLog } from './log.ts'
import type { AuditRecord } from './record.ts'

const drainAt = 256
const drainAfterMilliseconds = 500
const page = 500
const retryMilliseconds = 1_000
const mostUnmoved = 10_000

/** The audit log takes no records, and as many as can wait are waiting in the store: no further change is made. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull'
}

/**
 * Records that are committed with the change they tell of. Afterwards they are moved into the log and, once they are on
 * the disk there, taken out of the store. A crash in between leaves them here, and `recover` moves them, each once.
 */
export class Outbox {
  readonly #store: Store
  readonly #log: AuditLog
  readonly #chain: string
  readonly #onFault: (error: unknown) => void
  /** Changes whose records the log did not take: a full disk may have room again. */
  #unmoved: (readonly AuditRecord[])[] = []
  #unmovedRecords = 0
  /** What is in the log and still in the store, by the first record of each change. */
  #written: string[] = []
  #timer: NodeJS.Timeout | undefined
  #draining: Promise<void> = Promise.resolve()
  #closed = false

  /** `chain` names the process's own chain; `onFault` hears of moves that failed and will be tried again. */
  constructor(store: Store, log: AuditLog, chain: string, onFault: (error: unknown) => void) {
    this.#store = store
    this.#log = log
    this.#chain = chain
    this.#onFault = onFault
  }

  /** Adds the records of a change to its transaction, as one row. Throws `OutboxFull` rather than let them pile up without bound. */
  stage(tx: Transaction, records: readonly AuditRecord[]): void {
    if (this.#unmovedRecords > mostUnmoved) throw new OutboxFull('The audit log cannot be written.')
    const [first] = records
    if (first) tx.put(this.#keyOf(first.id), records)
  }

  /**
   * Moves the records of a change, the first one first, that a commit has made durable. Resolves when they are in the log, or will be tried again. A record may say more
   * by now than the one that was staged under its id: what the log has is what counts.
   */
  move(records: readonly AuditRecord[]): Promise<void> {
    return this.#append([records])
  }

  /** Takes out of the store what is on the disk in the log. */
  drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#draining = this.#draining.then(() => this.#drainOnce())
    return this.#draining
  }

  /**
   * Moves what an earlier process left behind; to be called before the first `stage`, because what this process is about
   * to move is no leftover. Answers how many changes there were.
   */
  async recover(): Promise<number> {
    const [from, to] = childrenOf('audit', 'outbox', this.#chain)
    let written: ReadonlySet<string> | undefined
    let moved = 0
    for (;;) {
      const found = await this.#store.transaction((tx) => tx.range<readonly AuditRecord[]>(from, to, { limit: page }))
      if (found.length === 0) return moved
      written ??= this.#log.sink.newest()
      const missing = found.flatMap(({ record }) => record).filter(({ id }) => !written?.has(id))
      if (missing.length > 0) await this.#log.append(missing)
      await this.#log.sink.sync()
      await this.#store.transaction(async (tx) => {
        for (const { key } of found) tx.delete(key)
      })
      moved += found.length
    }
  }

  /** Takes out what is in the log; what is not stays in the store for the next process. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#log.append([]).catch(this.#onFault)
    await this.drain()
  }

  async #append(changes: readonly (readonly AuditRecord[])[]): Promise<void> {
    try {
      await this.#log.append(changes.length === 1 ? (changes[0] as readonly AuditRecord[]) : changes.flat())
    } catch (error) {
      if (this.#unmoved.length === 0) this.#onFault(error)
      for (const records of changes) {
        this.#unmoved.push(records)
        this.#unmovedRecords += records.length
      }
      this.#wakeIn(retryMilliseconds)
      return
    }
    for (const [first] of changes) if (first) this.#written.push(first.id)
    if (this.#written.length >= drainAt) void this.drain()
    else this.#wakeIn(drainAfterMilliseconds)
  }

  #wakeIn(milliseconds: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.drain(), milliseconds).unref()
  }

  async #drainOnce(): Promise<void> {
    if (this.#unmoved.length > 0) {
      const unmoved = this.#unmoved
      this.#unmoved = []
      this.#unmovedRecords = 0
      await this.#append(unmoved)
    }
    try {
      if (this.#written.length > 0) await this.#takeOut()
    } catch (error) {
      this.#onFault(error)
      this.#wakeIn(retryMilliseconds)
    }
  }

  async #takeOut(): Promise<void> {
    // A copy: what comes while the disk is waited for is not on it yet.
    const ids = [...this.#written]
    await this.#log.sink.sync()
    for (let start = 0; start < ids.length; start += page) {
      const part = ids.slice(start, start + page)
      await this.#store.transaction(async (tx) => {
        for (const id of part) tx.delete(this.#keyOf(id))
      })
    }
    this.#written = this.#written.slice(ids.length)
  }

  #keyOf(id: string) {
    return keyOf('audit', 'outbox', this.#chain, id)
  }
}
