import type { Key } from './key.ts'

/** What a key is known to hold: a record, or nothing (`record` undefined, version 0). */
export interface Known {
  readonly version: number
  readonly record: unknown
  /** About how much memory it takes. */
  readonly bytes: number
}

const entryOverheadBytes = 400
/** Most of a record is text that takes a byte a character; its members and objects take the rest. */
const bytesPerEncodedByte = 1.5

export function knownRecord(key: Key, version: number, record: unknown, encodedBytes: number): Known {
  const bytes = entryOverheadBytes + key.length + encodedBytes * bytesPerEncodedByte
  return { version, record, bytes }
}

export function knownAbsent(key: Key): Known {
  return { version: 0, record: undefined, bytes: entryOverheadBytes + key.length }
}

/**
 * Records by key, in two generations: what is used while it is old becomes young again, and when the young are many the
 * old ones go. So a hit among the young costs one lookup and writes nothing, and the bound holds at all times.
 */
export class RecordCache {
  readonly #generationBytes: number
  #young = new Map<Key, Known>()
  #old = new Map<Key, Known>()
  #youngBytes = 0

  constructor(maximumBytes: number) {
    this.#generationBytes = maximumBytes / 2
  }

  get(key: Key): Known | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: Key, known: Known): void {
    this.delete(key)
    if (known.bytes > this.#generationBytes / 2) return
    if (this.#youngBytes + known.bytes > this.#generationBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, known)
    this.#youngBytes += known.bytes
  }

  delete(key: Key): void {
    const young = this.#young.get(key)
    if (young === undefined) {
      this.#old.delete(key)
      return
    }
    this.#young.delete(key)
    this.#youngBytes -= young.bytes
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#youngBytes = 0
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }
}
