import { createHash } from 'node:crypto'
import type { Transaction } from './store.ts'
import { table } from './table.ts'

interface ShardRecord {
  readonly count: number
}

/** Counts items without becoming a place where all writers meet. */
export interface Counter {
  /** Adds an item, or takes it away with -1. Two writers meet only where their items share a shard. */
  add(tx: Transaction, of: readonly string[], item: string, change: 1 | -1): Promise<void>
  /**
   * Whether there is no room for one more item. While the item's own shard is well below its share of the limit it alone
   * is read; near the limit the exact sum is, which writers at the same moment may overshoot by as many as they are.
   */
  isFull(tx: Transaction, of: readonly string[], item: string, limit: number): Promise<boolean>
  sum(tx: Transaction, of: readonly string[]): Promise<number>
}

/** Items spread evenly, because their shard is a hash of their name; below this part of its share no shard is suspect. */
const safePart = 0.75

/** A counter whose rows are `name`, the segments of what it counts for (always as many), and the shard. */
export function counter(name: string, shards = 256): Counter {
  const rows = table<ShardRecord>({ name, version: 1 })
  const shardOf = (item: string) => String(createHash('sha1').update(item).digest().readUInt32BE(0) % shards)

  async function sum(tx: Transaction, of: readonly string[]): Promise<number> {
    const found = await rows.range(tx, { under: of, limit: shards })
    return found.reduce((total, { record }) => total + record.count, 0)
  }

  return {
    sum,
    async add(tx, of, item, change) {
      const shard = shardOf(item)
      const count = ((await rows.get(tx, ...of, shard))?.count ?? 0) + change
      if (count === 0) rows.delete(tx, ...of, shard)
      else rows.put(tx, { count }, ...of, shard)
    },
    async isFull(tx, of, item, limit) {
      const own = (await rows.get(tx, ...of, shardOf(item)))?.count ?? 0
      if (own + 1 <= (limit / shards) * safePart) return false
      return (await sum(tx, of)) >= limit
    },
  }
}
