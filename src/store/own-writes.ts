import type { RangeOptions } from './backend.ts'
import type { Buffered } from './buffered.ts'
import type { Key } from './key.ts'

/** What a transaction itself wants to write in a range. */
export type RangeWrites = ReadonlyMap<Key, Buffered>

export function ownWritesIn(writes: ReadonlyMap<Key, Buffered> | undefined, from: Key, to: Key): RangeWrites {
  if (writes === undefined) return none
  return new Map([...writes].filter(([key]) => key >= from && key < to))
}

const none: RangeWrites = new Map()

/** How many entries of an answer deletions may take away. */
export function deletionsIn(own: RangeWrites): number {
  let count = 0
  for (const { record } of own.values()) if (record === undefined) count++
  return count
}

/** How the entries of an answer are known by their keys, and made of what was written. */
export interface EntryForm<T> {
  readonly keyOf: (entry: T) => Key
  readonly made: (key: Key, record: unknown) => T
}

/** An answer as it is with these writes. Where they delete, it was asked for with so many entries more. */
export function withOwn<T>(
  found: readonly T[],
  own: RangeWrites,
  { limit, reverse = false }: RangeOptions,
  { keyOf, made }: EntryForm<T>,
): readonly T[] {
  if (own.size === 0) return found
  const merged = found.filter((entry) => !own.has(keyOf(entry)))
  for (const [key, { record }] of own) if (record !== undefined) merged.push(made(key, record))
  merged.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  if (reverse) merged.reverse()
  return merged.slice(0, limit)
}
