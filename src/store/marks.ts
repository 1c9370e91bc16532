import { childrenOf, childrenWithPrefix, type Key, keyMaker, markPrefix, segmentsOf } from './key.ts'
import type { RowRange } from './table.ts'
import { mark, type Transaction } from './store.ts'

/**
 * Rows under `name` and further segments that have no record: an order, or a list of names, says all by its keys. Nothing is
 * sealed as they are written or opened as they are read. An engine is believed about them as about what it has lost: whoever
 * follows a mark reads the record that it speaks of.
 */
export interface Marks {
  put(tx: Transaction, ...segments: readonly string[]): void
  delete(tx: Transaction, ...segments: readonly string[]): void
  /** The segments of the rows of a range. `after` may be the first segments of rows: it is beyond all that begin so. */
  range(tx: Transaction, range: RowRange): Promise<readonly (readonly string[])[]>
}

export function marks(name: string): Marks {
  const first = markPrefix + name
  const key = keyMaker(first)
  return {
    put: (tx, ...segments) => tx.put(key(...segments), mark),
    delete: (tx, ...segments) => tx.delete(key(...segments)),
    async range(tx, { under = [], prefix = '', after: last, limit, reverse = false }) {
      let [from, to] = childrenWithPrefix(prefix, first, ...under)
      if (last !== undefined && reverse) to = lower(key(...last), to)
      if (last !== undefined && !reverse) from = higher(childrenOf(first, ...last)[1], from)
      if (from >= to) return []
      const found = await tx.keys(from, to, { limit, reverse })
      return found.map((row) => segmentsOf(row).slice(1))
    },
  }
}

function lower(a: Key, b: Key): Key {
  return a < b ? a : b
}

function higher(a: Key, b: Key): Key {
  return a > b ? a : b
}
