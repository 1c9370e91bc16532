import { assert } from '../base/assert.ts'
import type { Backend, Check, Entry, RangeOptions } from './backend.ts'
import { after, type Key } from './key.ts'
import { ReadSet } from './read-set.ts'
import { type Known, knownAbsent, knownRecord } from './record-cache.ts'
import type { Awaitable, Codec, Found, Savepoint, Transaction } from './store.ts'
import type { View } from './view.ts'

/** A buffered write; a deletion has no record. */
export interface Buffered {
  readonly record: unknown
  /** The record as JSON where it came as such. */
  readonly json?: string
}

class BufferedJson implements Buffered {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }

  get record(): unknown {
    return JSON.parse(this.json)
  }
}

interface Undo {
  readonly key: Key
  readonly before: Buffered | undefined
}

const maximumRange = 10_000
const maximumWrites = 10_000
/** Longer ranges are scans, which would push out what is really used. */
const maximumCachedRange = 256

/** One attempt of a transaction: what it read, with versions, and what it wants to write. */
export class BufferedTransaction implements Transaction {
  readonly start: number
  /** Whether something was read past the cache, so that it may be newer than `start`. */
  missed = false
  readonly effects: (() => void)[] = []
  readonly #undone: (() => void)[] = []
  readonly #backend: Backend
  readonly #codec: Codec
  readonly #view: View
  readonly #reads = new ReadSet()
  #ranges: (readonly [from: Key, to: Key])[] | undefined
  #writes: Map<Key, Buffered> | undefined
  #undo: Undo[] | undefined
  #open = true

  constructor(backend: Backend, codec: Codec, view: View) {
    this.#backend = backend
    this.#codec = codec
    this.#view = view
    this.start = view.moment.head
  }

  get<T>(key: Key): Awaitable<T | undefined> {
    const written = this.#writes?.get(key)
    if (written !== undefined) return written.record as T | undefined
    const known = this.#known(key)
    if (known === undefined) return this.#fetch([key]).then(() => this.#reads.get(key)?.record as T | undefined)
    return known.record as T | undefined
  }

  async getAll<T>(keys: readonly Key[]): Promise<readonly (T | undefined)[]> {
    const missing = keys.filter((key) => !this.#writes?.has(key) && this.#known(key) === undefined)
    if (missing.length > 0) await this.#fetch(missing)
    return keys.map((key) => (this.#writes?.get(key) ?? this.#reads.get(key))?.record as T | undefined)
  }

  async range<T>(from: Key, to: Key, options: RangeOptions): Promise<readonly Found<T>[]> {
    assert(this.#open, 'a transaction is not read after its end')
    const { limit, reverse = false } = options
    assert(Number.isInteger(limit) && limit >= 1 && limit <= maximumRange, 'a range has a limit')
    this.missed = true
    const since = this.#view.moment.head
    const own = this.#writesBetween(from, to)
    const asked = limit + deletionsIn(own)
    const entries = await this.#backend.range(from, to, { limit: asked, reverse })
    this.#saw(from, to, entries.length < asked ? undefined : entries.at(-1)?.key, reverse)
    const found = await this.#decoded(() => {
      const records: Found<T>[] = []
      for (const entry of entries) {
        if (this.#writes?.has(entry.key)) continue
        records.push({
          key: entry.key,
          record: this.#recordOf(entry, since, entries.length <= maximumCachedRange) as T,
        })
      }
      return records
    })
    if (own.length === 0) return found
    for (const [key, { record }] of own) if (record !== undefined) found.push({ key, record: record as T })
    found.sort((a, b) => (a.key < b.key ? -1 : 1))
    if (reverse) found.reverse()
    return found.slice(0, limit)
  }

  async keys(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Key[]> {
    assert(this.#open, 'a transaction is not read after its end')
    assert(Number.isInteger(limit) && limit >= 1 && limit <= maximumRange, 'a range has a limit')
    this.missed = true
    const own = this.#writesBetween(from, to)
    const asked = limit + deletionsIn(own)
    const found = await this.#backend.keys(from, to, { limit: asked, reverse })
    this.#saw(from, to, found.length < asked ? undefined : found.at(-1), reverse)
    if (own.length === 0) return found
    const kept = found.filter((key) => !this.#writes?.has(key))
    for (const [key, { record }] of own) if (record !== undefined) kept.push(key)
    kept.sort()
    if (reverse) kept.reverse()
    return kept.slice(0, limit)
  }

  put(key: Key, record: unknown): void {
    assert(record !== undefined && record !== null, 'a record is a value')
    this.#write(key, { record })
  }

  putJson(key: Key, text: string): void {
    this.#write(key, new BufferedJson(text))
  }

  delete(key: Key): void {
    this.#write(key, { record: undefined })
  }

  savepoint(): Savepoint {
    const length = this.#undo?.length ?? 0
    const effects = this.effects.length
    return {
      undo: () => {
        this.effects.length = Math.min(this.effects.length, effects)
        for (const { key, before } of this.#undo?.splice(length).reverse() ?? []) {
          if (before === undefined) this.#writes?.delete(key)
          else this.#writes?.set(key, before)
        }
      },
    }
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect)
  }

  ifUndone(effect: () => void): void {
    this.#undone.push(effect)
  }

  /** Tells that this attempt was not committed. */
  undone(): void {
    for (const effect of this.#undone) effect()
  }

  get writes(): boolean {
    return this.#writes !== undefined && this.#writes.size > 0
  }

  /** From here on a forgotten promise that still reads or writes is a mistake that shows. */
  end(): void {
    this.#open = false
  }

  checks(): readonly Check[] {
    const { keys, known } = this.#reads
    return keys.map((key, index) => ({ key, version: (known[index] as Known).version }))
  }

  buffered(): ReadonlyMap<Key, Buffered> {
    return this.#writes ?? new Map()
  }

  /**
   * Whether all that was read, ranges included, is true at the head that the view has now. If something was `missed`
   * the view must have looked after it was read.
   */
  holds(): boolean {
    const changes = this.#view.log.since(this.start)
    if (changes === undefined) return false
    for (const { number, keys } of changes) {
      for (const key of keys) {
        const read = this.#reads.get(key)
        if (read !== undefined && read.version < number) return false
        if (this.#ranges?.some(([from, to]) => key >= from && key < to)) return false
      }
    }
    return true
  }

  #known(key: Key): Known | undefined {
    assert(this.#open, 'a transaction is not read after its end')
    const read = this.#reads.get(key)
    if (read !== undefined) return read
    let known = this.#view.cached(key)
    if (known === undefined) {
      known = this.#view.unconfirmed(key)
      if (known === undefined) return undefined
      this.missed = true
    }
    this.#reads.add(key, known)
    return known
  }

  /** Remembers the part of a range that its answer speaks of: up to `last` where the limit cut it off. */
  #saw(from: Key, to: Key, last: Key | undefined, reverse: boolean): void {
    this.#ranges ??= []
    if (last === undefined) this.#ranges.push([from, to])
    else this.#ranges.push(reverse ? [last, to] : [from, after(last)])
  }

  async #fetch(keys: readonly Key[]): Promise<void> {
    this.missed = true
    const since = this.#view.moment.head
    const values = await this.#backend.get(keys)
    await this.#decoded(() => {
      for (let index = 0; index < keys.length; index++) {
        const key = keys[index] as Key
        const value = values[index]
        // Another read of this attempt may have been quicker; all of them must see the same.
        if (this.#reads.get(key) !== undefined) continue
        const known =
          value === undefined
            ? knownAbsent(key)
            : knownRecord(key, value.version, this.#codec.decode(key, value.value), value.value.length)
        this.#reads.add(key, known)
        this.#view.fill(key, known, since)
      }
    })
  }

  /** Decodes, once more if need be: another process may have changed the codec's key since this one learnt it. */
  async #decoded<T>(decode: () => T): Promise<T> {
    try {
      return decode()
    } catch (failure) {
      if (this.#codec.refresh === undefined) throw failure
      await this.#codec.refresh()
      return decode()
    }
  }

  #recordOf({ key, version, value }: Entry, since: number, cache: boolean): unknown {
    const known = this.#view.cached(key) ?? this.#view.unconfirmed(key)
    if (known?.version === version) return known.record
    const fresh = knownRecord(key, version, this.#codec.decode(key, value), value.length)
    if (cache) this.#view.fill(key, fresh, since)
    return fresh.record
  }

  #write(key: Key, write: Buffered): void {
    assert(this.#open, 'a transaction is not written after its end')
    this.#writes ??= new Map()
    this.#undo ??= []
    this.#undo.push({ key, before: this.#writes.get(key) })
    this.#writes.set(key, write)
    assert(this.#writes.size <= maximumWrites, 'a transaction has a bounded number of writes')
  }

  #writesBetween(from: Key, to: Key): readonly (readonly [Key, Buffered])[] {
    if (this.#writes === undefined) return []
    return [...this.#writes].filter(([key]) => key >= from && key < to)
  }
}

/** How many entries of an answer buffered deletions may take away. */
function deletionsIn(own: readonly (readonly [Key, Buffered])[]): number {
  return own.reduce((count, [, { record }]) => count + (record === undefined ? 1 : 0), 0)
}
