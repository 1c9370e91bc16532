import { assert } from '../base/assert.ts'
import type { Backend, Check, Entry, RangeOptions } from './backend.ts'
import { type Buffered, BufferedJson } from './buffered.ts'
import type { Key } from './key.ts'
import { deletionsIn, type EntryForm, type RangeWrites, ownWritesIn, withOwn } from './own-writes.ts'
import { ReadSet } from './read-set.ts'
import { type Known, knownAbsent, knownRecord } from './known.ts'
import type { Awaitable, Codec, Found, Savepoint, Transaction } from './store.ts'
import { type RangeRequest, type Extent, extentOf } from './range-cache.ts'
import type { View } from './view.ts'

interface Undo {
  readonly key: Key
  readonly before: Buffered | undefined
}

/** What a guess reads as. */
const guessedAbsent: Known = { version: 0, record: undefined, bytes: 0 }

const entryForm: EntryForm<Found<unknown>> = {
  keyOf: ({ key }) => key,
  made: (key, record) => ({ key, record }),
}
const keyForm: EntryForm<Key> = { keyOf: (key) => key, made: (key) => key }

const maximumRange = 10_000
const maximumWrites = 10_000
/** Longer ranges are scans, which would push out what is really used. */
const maximumCachedRange = 256

/** One attempt of a transaction: what it read, with versions, and what it wants to write. */
export class BufferedTransaction implements Transaction {
  readonly start: number
  /** Whether something was read past the cache, so that it may be newer than `start`. */
  missed = false
  /** Whether something rests on a guess, which only a commit can prove right. */
  guessed = false
  readonly effects: (() => void)[] = []
  readonly #undone: (() => void)[] = []
  readonly #backend: Backend
  readonly #codec: Codec
  readonly #view: View
  readonly #reads = new ReadSet()
  #ranges: Extent[] | undefined
  #writes: Map<Key, Buffered> | undefined
  #undo: Undo[] | undefined
  #open = true
  readonly #mayGuess: boolean

  constructor(backend: Backend, codec: Codec, view: View, mayGuess: boolean) {
    this.#mayGuess = mayGuess
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

  isAbsent(key: Key): Awaitable<boolean> {
    const written = this.#writes?.get(key)
    if (written !== undefined) return written.record === undefined
    const known = this.#known(key)
    if (known !== undefined) return known.version === 0
    if (!this.#mayGuess) return this.#fetch([key]).then(() => this.#reads.get(key)?.version === 0)
    this.guessed = true
    this.#reads.add(key, guessedAbsent)
    return true
  }

  async range<T>(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Found<T>[]> {
    const own = this.#beginRange(from, to, limit)
    const asked: RangeRequest = { from, to, limit: limit + deletionsIn(own), reverse }
    const found = this.#knownRange<T>(asked) ?? (await this.#readRange<T>(asked))
    return withOwn(found, own, { limit, reverse }, entryForm as EntryForm<Found<T>>)
  }

  async keys(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Key[]> {
    const own = this.#beginRange(from, to, limit)
    const asked: RangeRequest = { from, to, limit: limit + deletionsIn(own), reverse }
    let found = this.#view.range(asked)
    if (found === undefined) {
      this.missed = true
      const since = this.#view.moment.head
      found = await this.#backend.keys(from, to, asked)
      this.#view.fillRange(asked, found, since)
    }
    this.#saw(asked, found)
    return withOwn(found, own, { limit, reverse }, keyForm)
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
    return keys.map((key, index) => {
      const read = known[index] as Known
      return read === guessedAbsent ? { key, version: 0, guess: true } : { key, version: read.version }
    })
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

  /** This attempt's own writes in a range. */
  #beginRange(from: Key, to: Key, limit: number): RangeWrites {
    assert(this.#open, 'a transaction is not read after its end')
    assert(Number.isInteger(limit) && limit >= 1 && limit <= maximumRange, 'a range has a limit')
    return ownWritesIn(this.#writes, from, to)
  }

  /** The records of a range, if its keys and all of them are known. */
  #knownRange<T>(asked: RangeRequest): Found<T>[] | undefined {
    const keys = this.#view.range(asked)
    if (keys === undefined) return undefined
    const found: Found<T>[] = []
    for (const key of keys) {
      const known = this.#view.cached(key)
      if (known?.record === undefined) return undefined
      found.push({ key, record: known.record as T })
    }
    this.#saw(asked, keys)
    return found
  }

  async #readRange<T>(asked: RangeRequest): Promise<Found<T>[]> {
    this.missed = true
    const since = this.#view.moment.head
    const entries = await this.#backend.range(asked.from, asked.to, asked)
    const keys = entries.map(({ key }) => key)
    this.#saw(asked, keys)
    const cache = entries.length <= maximumCachedRange
    const found = await this.#decoded(() =>
      entries.map((entry) => ({ key: entry.key, record: this.#recordOf(entry, since, cache) as T })),
    )
    this.#view.fillRange(asked, keys, since)
    return found
  }

  /** Remembers the part of the key space that an answer speaks of. */
  #saw(asked: RangeRequest, keys: readonly Key[]): void {
    this.#ranges ??= []
    this.#ranges.push(extentOf(asked, keys))
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
}
