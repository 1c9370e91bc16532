import type { RangeOptions } from './backend.ts'
import type { Key } from './key.ts'

/** How records become stored bytes: the barrier implements it, and binds each value to its key. */
export interface Codec {
  encode(key: Key, record: unknown): Uint8Array
  /** Throws where the bytes were altered or are another key's: the process must not go on with them. */
  decode(key: Key, bytes: Uint8Array): unknown
  /** As `encode` of what the JSON text says, for a codec that makes JSON of records. */
  encodeJson?(key: Key, text: string): Uint8Array
  /** Learns what other processes changed about the codec, such as a new key: a value that does not decode is tried once more after it. */
  refresh?(): Promise<void>
}

/** Put instead of a record under a key that says all by being there. It is seen by `keys` only, and never sealed. */
export const mark: unique symbol = Symbol('mark')

export interface Found<T> {
  readonly key: Key
  readonly record: T
}

/** A value, or the promise of one: who has the value at hand does not make others wait for it. */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value, at once where it is at hand: what is read mostly is, and a promise for each step would cost more than the step. */
export function whenThere<T, U>(value: Awaitable<T>, then: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(then) : then(value)
}

/** An opaque moment: everything committed before it was made, by any process, is seen by what starts from it. */
export interface Moment {
  readonly head: number
}

/**
 * Reads see one moment of the store plus the transaction's own writes. Records are immutable: a record that was read is
 * shared with other requests and must never be changed; a write puts a new one.
 */
export interface Transaction {
  /** The record under a key, at once where this process knows it. The key is checked at commit: whoever decided on it being there, absent or so, decided rightly. */
  get<T>(key: Key): Awaitable<T | undefined>
  getAll<T>(keys: readonly Key[]): Promise<readonly (T | undefined)[]>
  /**
   * Whether nothing is under a key, for keys under which there mostly is nothing yet. The first attempt takes it for granted where
   * this process does not know, and the commit finds out; if it was wrong, or there is no commit, the next attempt looks.
   */
  isAbsent(key: Key): Awaitable<boolean>
  /** Records with `from <= key < to`, own writes included. Not checked at commit: invariants live on point keys. */
  range<T>(from: Key, to: Key, options: RangeOptions): Promise<readonly Found<T>[]>
  /** The keys of such a range alone, of records and of marks: nothing is opened, so it costs a fraction. */
  keys(from: Key, to: Key, options: RangeOptions): Promise<readonly Key[]>
  put(key: Key, record: unknown): void
  /** Puts a record that is JSON text already, and that is not cached: nobody reads it soon. */
  putJson(key: Key, text: string): void
  delete(key: Key): void
  /** Remembers the writes made so far; `undo` drops those made since. Reads stay remembered. */
  savepoint(): Savepoint
  /** Runs after this attempt was committed, never when it was rerun or failed. For waking workers, not for work. */
  afterCommit(effect: () => void): void
  /**
   * Runs if this attempt was certainly not committed: it was rerun or ended in an error of its own. Neither this nor
   * `afterCommit` runs where the backend failed and nobody knows.
   */
  ifUndone(effect: () => void): void
  /** Whether anything is waiting to be written. */
  readonly writes: boolean
}

export interface Savepoint {
  undo(): void
}

export interface TransactionOptions {
  /** Start from this moment rather than from a new look: the caller made it after its request arrived. */
  readonly from?: Moment
}

/** Too many others changed what this transaction read, attempt after attempt; nothing was written. */
export class TransactionConflict extends Error {
  override readonly name = 'TransactionConflict'
}

export interface Store {
  /**
   * Runs `work`, then commits what it wrote if everything it read still holds, and otherwise runs it again (bounded, with
   * jitter; then `TransactionConflict`). When it resolves the writes are durable. If `work` throws, nothing is written.
   * A `work` that wrote nothing resolves only if all it read was true at one moment; otherwise it is run again.
   */
  transaction<T>(work: (tx: Transaction) => Awaitable<T>, options?: TransactionOptions): Promise<T>
  /** Callers of one event-loop turn share one look at the backend, begun after each of them called. */
  look(): Promise<Moment>
  close(): Promise<void>
}
