import type { AuditRecord } from './record.ts'

/** Where records go, in order. */
export interface Sink {
  /** Writes all records or, where it throws, none. */
  write(records: readonly AuditRecord[]): void
  /** Resolves when all that was written is on the disk itself. */
  sync(): Promise<void>
  /** The ids of the newest records, those of an earlier process included: for a recovery. */
  newest(): ReadonlySet<string>
  close(): Promise<void>
}

export interface LogOptions {
  /** Wait for the disk before every answer, not only for the operating system. */
  readonly syncEachBatch?: boolean
}

interface Waiting extends PromiseWithResolvers<void> {
  readonly records: AuditRecord[]
}

/**
 * Hands records to the sink, all those of one event-loop turn in one write: the answers of the turn wait for that write
 * together, which is cheaper than writing behind their backs. The write is made as soon as whatever began in the turn has come
 * to a stop; what comes after it in the same turn waits for the next one, so that no chain of calls keeps the loop from its
 * other work. A full disk rejects, so the requests are refused.
 */
export class AuditLog {
  readonly sink: Sink
  readonly #sync: boolean
  #waiting: Waiting | undefined
  #flushing = false
  /** Whether there was a write in this turn. */
  #flushed = false
  #closed = false

  constructor(sink: Sink, options: LogOptions = {}) {
    this.sink = sink
    this.#sync = options.syncEachBatch ?? false
  }

  /** Resolves when the records are written. */
  append(records: readonly AuditRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the audit log is closed'))
    if (!this.#waiting) {
      this.#waiting = { records: [], ...Promise.withResolvers<void>() }
      if (!this.#flushing) this.#plan()
    }
    for (const record of records) this.#waiting.records.push(record)
    return this.#waiting.promise
  }

  /** Writes what waits, then closes the sink. */
  async close(): Promise<void> {
    const last = this.append([])
    this.#closed = true
    // Whoever handed the records in hears of a failure.
    await last.catch(() => {})
    await this.sink.close()
  }

  /** A tick comes when no promise is left to go on with. */
  #plan(): void {
    if (this.#flushed) {
      setImmediate(this.#flush)
      return
    }
    this.#flushed = true
    process.nextTick(this.#flush)
    setImmediate(this.#turned)
  }

  readonly #turned = (): void => {
    this.#flushed = false
  }

  readonly #flush = async (): Promise<void> => {
    const batch = this.#waiting as Waiting
    this.#waiting = undefined
    this.#flushing = true
    try {
      this.sink.write(batch.records)
      if (this.#sync) await this.sink.sync()
      batch.resolve()
    } catch (error) {
      batch.reject(error)
    } finally {
      this.#flushing = false
      if (this.#waiting) this.#plan()
    }
  }
}
