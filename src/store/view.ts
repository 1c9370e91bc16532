import type { Changes } from './backend.ts'
import { ChangeLog } from './change-log.ts'
import type { Key } from './key.ts'
import { GenerationCache } from './generation-cache.ts'
import type { Known } from './known.ts'
import { type RangeRequest, RangeCache } from './range-cache.ts'
import type { Moment } from './store.ts'

interface Fill {
  readonly known: Known
  /** How many looks had begun when the value arrived: only one that begins later can confirm it. */
  readonly looks: number
}

/** What a commit of this process put under each key; undefined where it is not to be cached. */
export type OwnWrites = ReadonlyMap<Key, Known | undefined>

/** One part in so many of the cache is for the keys of ranges. */
const partForRanges = 16
const maximumFills = 8192
const maximumAhead = 4096

/**
 * What this process knows of the store: the cached records are exactly those of commit `moment.head`, never older or
 * newer, so transactions that find all they read in the cache at one head have read one moment.
 *
 * A value read from the backend may already be newer than the head. It waits as a fill until a look that began after it
 * arrived has named every key that changed; if its own is not among them, it is the value at the new head and is cached.
 * The keys found in a range wait for such a look as well; what changed among them is looked up when they are asked for.
 */
export class View {
  moment: Moment = { head: 0 }
  readonly log = new ChangeLog()
  readonly #cache: GenerationCache<Key, Known>
  readonly #ranges: RangeCache
  readonly #fills = new Map<Key, Fill>()
  /** Own commits that wait for the ones before them to become known. */
  readonly #ahead = new Map<number, OwnWrites>()
  #looks = 0
  /** The number of the latest look that has ended. */
  #looked = 0

  constructor(cacheBytes: number) {
    this.#cache = new GenerationCache(cacheBytes - cacheBytes / partForRanges)
    this.#ranges = new RangeCache(cacheBytes / partForRanges)
  }

  cached(key: Key): Known | undefined {
    return this.#cache.get(key)
  }

  /** A value not older than the head that may be newer: whoever uses it must look again. */
  unconfirmed(key: Key): Known | undefined {
    return this.#fills.get(key)?.known
  }

  /** Takes a value that a read begun at head `since` brought. */
  fill(key: Key, known: Known, since: number): void {
    if (this.#fills.size >= maximumFills || this.log.mayHaveChanged(key, since)) return
    // Deleted first, so that the map stays in the order of arrival.
    this.#fills.delete(key)
    this.#fills.set(key, { known, looks: this.#looks })
  }

  /** The keys in a range at the present head, if they are known. */
  range(asked: RangeRequest): readonly Key[] | undefined {
    return this.#ranges.get(asked, this.moment.head, this.#looked, this.log)
  }

  /** Takes the keys that a read of a range begun at head `since` found. */
  fillRange(asked: RangeRequest, keys: readonly Key[], since: number): void {
    this.#ranges.set(asked, keys, since, this.#looks)
  }

  /** Call before asking the backend; the answer is handed to `looked` with this number. */
  beginLook(): number {
    return ++this.#looks
  }

  /** Ends a look; `changes` is what the backend answered, absent where its head is the one known already. */
  looked(look: number, changes: Changes | undefined): void {
    if (look > this.#looked) this.#looked = look
    if (changes !== undefined && changes.head > this.moment.head) {
      if (changes.keys === undefined) this.#forget(changes.head)
      else this.#advance(changes.head, changes.keys)
      for (const number of this.#ahead.keys()) if (number <= changes.head) this.#ahead.delete(number)
      this.#applyAhead()
    }
    for (const [key, { known, looks }] of this.#fills) {
      if (looks >= look) break
      this.#fills.delete(key)
      this.#cache.set(key, known)
    }
  }

  /** Takes the outcome of a commit of this process. */
  committed(number: number, writes: OwnWrites): void {
    // At or below the head, a look has already seen the commit and dropped its keys.
    if (number <= this.moment.head || this.#ahead.size >= maximumAhead) return
    this.#ahead.set(number, writes)
    this.#applyAhead()
  }

  #applyAhead(): void {
    for (;;) {
      const number = this.moment.head + 1
      const writes = this.#ahead.get(number)
      if (writes === undefined) return
      this.#ahead.delete(number)
      for (const [key, known] of writes) {
        this.#fills.delete(key)
        if (known === undefined) this.#cache.delete(key)
        else this.#cache.set(key, known)
      }
      this.#moveTo(number, new Set(writes.keys()))
    }
  }

  #advance(head: number, changed: readonly Key[]): void {
    const keys = new Set(changed)
    for (const key of keys) {
      this.#cache.delete(key)
      this.#fills.delete(key)
    }
    this.#moveTo(head, keys)
  }

  #moveTo(head: number, keys: ReadonlySet<Key>): void {
    this.log.append(head, keys)
    this.moment = { head }
  }

  #forget(head: number): void {
    this.#cache.clear()
    this.#ranges.clear()
    this.#fills.clear()
    this.log.restart(head)
    this.moment = { head }
  }
}
