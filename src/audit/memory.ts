import { Lines, origin, readLine } from './chain.ts'
import type { Sink } from './log.ts'
import type { AuditRecord } from './record.ts'

/** The newest records of a process that keeps nothing: for dev mode without a data folder, and tests. */
export class MemorySink implements Sink {
  readonly #limit: number
  readonly #next = new Lines(origin)
  #lines: string[] = []

  constructor(limit = 20_000) {
    this.#limit = limit
  }

  write(records: readonly AuditRecord[]): void {
    for (const record of records) {
      this.#next.restart(this.#next.link)
      this.#next.add(record)
      this.#lines.push(this.#next.bytes.toString('utf8'))
    }
    // Cut in large steps: shifting one line per record would cost more than keeping it.
    if (this.#lines.length > 2 * this.#limit) this.#lines = this.#lines.slice(-this.#limit)
  }

  async sync(): Promise<void> {}

  newest(): ReadonlySet<string> {
    return new Set(this.#lines.map((line) => readLine(line.trimEnd())?.id ?? ''))
  }

  /** The lines kept, oldest first. */
  lines(): readonly string[] {
    return this.#lines
  }

  async close(): Promise<void> {}
}
