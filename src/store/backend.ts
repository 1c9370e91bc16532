import type { Key } from './key.ts'

/** A stored value and the number of the commit that wrote it. Numbers start at 1 and are never given twice. */
export interface Versioned {
  readonly value: Uint8Array
  readonly version: number
}

export interface Entry extends Versioned {
  readonly key: Key
}

/** Holds if the key still has this version; version 0 says that the key must be absent. */
export interface Check {
  readonly key: Key
  readonly version: number
  /** Set where the absence of a key is a guess: it may never have been true, whatever the commit says of its checks. */
  readonly guess?: true
}

/** Writes a value under a key, an empty one under the key of a mark; `undefined` deletes it. A commit names each key at most once. */
export interface Write {
  readonly key: Key
  readonly value: Uint8Array | undefined
}

export interface RangeOptions {
  readonly limit: number
  readonly reverse?: boolean
}

/**
 * `keys` written after the asked number, up to `head`, and maybe some of those made durable together with them; absent when that part of the
 * table has been pruned.
 */
export interface Changes {
  readonly head: number
  readonly keys: readonly Key[] | undefined
}

/**
 * A durable, ordered map. A commit applies every write if every check still holds, and otherwise nothing.
 * When `commit` answers a number the writes survive a crash; the number is the version that its keys now have. Each
 * commit has a number of its own, one above the commit before it; several may be made durable together.
 * A failure of the engine (disk full, connection lost) rejects; whether the commit happened is then unknown.
 * Nobody changes bytes after they were given to a backend or got from it.
 */
export interface Backend {
  get(keys: readonly Key[]): Promise<readonly (Versioned | undefined)[]>
  /** Entries with `from <= key < to` in the order of keys, or the opposite order. */
  range(from: Key, to: Key, options: RangeOptions): Promise<readonly Entry[]>
  /** The keys of such a range alone, read from the index of keys without a look at any value. */
  keys(from: Key, to: Key, options: RangeOptions): Promise<readonly Key[]>
  /**
   * `since` is the number of a commit at which, or after which, each check but guesses was true at some time: a key that was not
   * written after it holds without being looked up.
   */
  commit(checks: readonly Check[], writes: readonly Write[], since?: number): Promise<number | 'conflict'>
  /** The number of the newest commit, of whichever process; 0 before the first. */
  head(): Promise<number>
  /** The same without waiting, in about a microsecond: engines that live in this process have it, and are asked it per transaction. */
  readonly headNow?: () => number
  /** One round trip: engines without `headNow` are asked this once per turn of the event loop. */
  changesSince(number: number): Promise<Changes>
  close(): Promise<void>
}

/** The engine failed: full disk, lost connection, broken file. Whether a commit that met it happened is unknown. */
export class BackendFailure extends Error {
  override readonly name = 'BackendFailure'
}
