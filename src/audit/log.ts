import type { AuditRecord } from './record.ts'

/** Where records go, in order. A failure of `write` means that none of them was written. */
export interface Sink {
  write(records: readonly AuditRecord[]): void
  /** Resolves when all that was written is on the disk itself. */
  sync(): Promise<void>
  /** Whether a record with this id is among the newest. */
  has(id: string): boolean
  close(): void
}

export interface LogOptions {
  /** Wait for the disk before every answer, not only for the operating system. */
  readonly syncEachBatch?: boolean
}

interface Waiting {
  readonly records: AuditRecord[]
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/**
 * Hands records to the sink, all those of one event-loop turn in one write: the answers of the turn wait for that write
 * together, which is cheaper than writing behind their backs. A full disk rejects, so the requests are refused.
 */
export class AuditLog {
  readonly sink: Sink
  readonly #sync: boolean
  #waiting: Waiting | undefined
  #flushing = false

  constructor(sink: Sink, options: LogOptions = {}) {
    this.sink = sink
    this.#sync = options.syncEachBatch ?? false
  }

  /** Resolves when the records are written. */
  append(records: readonly AuditRecord[]): Promise<void> {
    this.#waiting ??= this.#newWaiting()
    for (const record of records) this.#waiting.records.push(record)
    return this.#waiting.promise
  }

  async close(): Promise<void> {
    while (this.#waiting || this.#flushing) await new Promise((resolve) => setImmediate(resolve))
    this.sink.close()
  }

  #newWaiting(): Waiting {
    if (!this.#flushing) setImmediate(this.#flush)
    return { records: [], ...Promise.withResolvers<void>() }
  }

  readonly #flush = async (): Promise<void> => {
    const batch = this.#waiting
    if (!batch) return
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
      if (this.#waiting) setImmediate(this.#flush)
    }
  }
}
