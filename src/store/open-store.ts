import { setTimeout as delay } from 'node:timers/promises'
import { assert } from '../base/assert.ts'
import type { Backend, Write } from './backend.ts'
import type { Buffered } from './buffered.ts'
import { BufferedTransaction } from './buffered-transaction.ts'
import { isMark, type Key } from './key.ts'
import { type Known, knownAbsent, knownRecord } from './known.ts'
import {
  type Awaitable,
  type Codec,
  mark,
  type Moment,
  type Store,
  type Transaction,
  TransactionConflict,
  type TransactionOptions,
} from './store.ts'
import { View } from './view.ts'

export interface StoreOptions {
  /** About how much memory the cache of decoded records may take. */
  readonly cacheBytes?: number
  /** How often a transaction is run before it ends with `TransactionConflict`. */
  readonly attempts?: number
}

const defaultCacheBytes = 96 * 1024 * 1024
const defaultAttempts = 40
const longestPauseMilliseconds = 64

/** What a mark is stored as. */
const noBytes = new Uint8Array(0)

/** A store over a backend. It owns the backend: closing the one closes the other. */
export function openStore(backend: Backend, codec: Codec, options: StoreOptions = {}): Store {
  const view = new View(options.cacheBytes ?? defaultCacheBytes)
  const attempts = options.attempts ?? defaultAttempts
  const look = looker(backend, view)

  async function transaction<T>(
    work: (tx: Transaction) => Awaitable<T>,
    { from }: TransactionOptions = {},
  ): Promise<T> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 1) await delay(Math.random() * Math.min(longestPauseMilliseconds, 2 ** attempt))
      if (attempt > 0 || from === undefined) {
        const looking = look()
        if (looking instanceof Promise) await looking
      }
      const tx = new BufferedTransaction(backend, codec, view, attempt === 0 && attempts > 1)
      let result: T
      try {
        result = await work(tx)
      } catch (failure) {
        tx.end()
        tx.undone()
        // What was thrown may rest on reads that were never true together.
        if (!tx.guessed && (await stillHolds(tx, look, view).catch(() => true))) throw failure
        continue
      }
      tx.end()
      const done = tx.writes
        ? await commit(tx, backend, codec, view)
        : !tx.guessed && ((!tx.missed && tx.start === view.moment.head) || (await stillHolds(tx, look, view)))
      if (!done) {
        tx.undone()
        continue
      }
      for (const effect of tx.effects) queueMicrotask(effect)
      return result
    }
    throw new TransactionConflict('Other changes got in the way of every attempt.')
  }

  let shared: Promise<Moment> | undefined
  /** Those who ask before the look begins share it; whoever asks later waits for the next one. */
  const lookTogether = (): Promise<Moment> => {
    shared ??= Promise.resolve().then(() => {
      shared = undefined
      return look()
    })
    return shared
  }
  return { transaction, look: lookTogether, close: () => backend.close() }
}

/** Brings the view up to the backend's head; at once where the engine lives in this process and nothing has changed. */
function looker(backend: Backend, view: View): () => Moment | Promise<Moment> {
  async function catchUp(look: number): Promise<Moment> {
    view.looked(look, await backend.changesSince(view.moment.head))
    return view.moment
  }

  if (backend.headNow !== undefined) {
    const headNow = backend.headNow.bind(backend)
    return () => {
      const look = view.beginLook()
      if (headNow() !== view.moment.head) return catchUp(look)
      view.looked(look, undefined)
      return view.moment
    }
  }

  let shared: Promise<Moment> | undefined
  return () => {
    shared ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        shared = undefined
        catchUp(view.beginLook()).then(resolve, reject)
      })
    })
    return shared
  }
}

async function stillHolds(tx: BufferedTransaction, look: () => Moment | Promise<Moment>, view: View): Promise<boolean> {
  if (tx.missed) await look()
  return tx.start === view.moment.head || tx.holds()
}

async function commit(tx: BufferedTransaction, backend: Backend, codec: Codec, view: View): Promise<boolean> {
  const buffered = tx.buffered()
  const writes: Write[] = []
  for (const [key, write] of buffered) writes.push({ key, value: encode(codec, key, write) })
  const number = await backend.commit(tx.checks(), writes, tx.start)
  if (number === 'conflict') return false
  const own = new Map<Key, Known | undefined>()
  for (const { key, value } of writes) {
    const write = buffered.get(key) as Buffered
    if (value === undefined) own.set(key, knownAbsent(key))
    else if (write.json !== undefined || write.record === mark) own.set(key, undefined)
    else own.set(key, knownRecord(key, number, write.record, value.length))
  }
  view.committed(number, own)
  return true
}

function encode(codec: Codec, key: Key, write: Buffered): Uint8Array | undefined {
  // Asked first: the record of such a write is parsed anew each time.
  if (write.json !== undefined) {
    return codec.encodeJson === undefined ? codec.encode(key, write.record) : codec.encodeJson(key, write.json)
  }
  if (write.record === mark) {
    assert(isMark(key), 'a mark has the key of one')
    return noBytes
  }
  return write.record === undefined ? undefined : codec.encode(key, write.record)
}
