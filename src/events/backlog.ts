import type { Store, Transaction } from '../store/store.ts'
import type { Row } from '../store/table.ts'
import { isNotice, type QueuedEvent, queue } from './queue.ts'

const page = 500

/**
 * Keeps what waits for one sink within a bound. The oldest events go: a receiver that comes back can act on what is new, is
 * told what it missed, and finds the rest in the audit trail. Counts only what came since the last count.
 */
export class Backlog {
  readonly #sink: string
  readonly #most: number
  #counted = 0
  #last: readonly string[] | undefined

  constructor(sink: string, most: number) {
    this.#sink = sink
    this.#most = most
  }

  less(rows: number): void {
    this.#counted = Math.max(0, this.#counted - rows)
  }

  /** Drops the oldest events beyond the bound; `tell` writes the notice into the same transaction. */
  async trim(store: Store, tell: (tx: Transaction, rows: readonly Row<QueuedEvent>[]) => Promise<void>): Promise<void> {
    await this.#count(store)
    if (this.#counted <= this.#most) return
    // Rows that were tried again later were counted twice: the decision needs the true number.
    this.#counted = 0
    this.#last = undefined
    await this.#count(store)
    while (this.#counted > this.#most) {
      const limit = Math.min(page, this.#counted - this.#most)
      const dropped = await store.transaction(async (tx) => {
        // One more, because the notice of earlier losses may stand before them, and stays.
        const found = await queue.range(tx, { under: [this.#sink], limit: limit + 1 })
        const rows = found.filter((row) => !isNotice(row)).slice(0, limit)
        for (const { segments } of rows) queue.delete(tx, ...segments)
        await tell(tx, rows)
        return rows.length
      })
      this.#counted -= dropped
      if (dropped === 0) return
    }
  }

  async #count(store: Store): Promise<void> {
    for (;;) {
      const last = this.#last
      const range = { under: [this.#sink], limit: page, ...(last && { after: last }) }
      const rows = await store.transaction((tx) => queue.range(tx, range))
      this.#counted += rows.length
      this.#last = rows.at(-1)?.segments ?? last
      if (rows.length < page) return
    }
  }
}
