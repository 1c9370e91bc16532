import type { Backend, Changes, Check, Entry, RangeOptions, Versioned, Write } from './backend.ts'
import type { Key } from './key.ts'
import { SortedKeys } from './sorted-keys.ts'

const defaultKeptChanges = 4096

/** Everything in the memory of this process, gone with it: for development and tests. */
export class MemoryBackend implements Backend {
  readonly #keptChanges: number
  #values = new Map<Key, Versioned>()
  #keys = new SortedKeys()
  #head = 0
  /** The keys of the latest commits, the newest last. */
  #changes: (readonly Key[])[] = []

  /** `keptChanges`: how many of the latest commits can be asked for, at least. */
  constructor({ keptChanges = defaultKeptChanges }: { readonly keptChanges?: number } = {}) {
    this.#keptChanges = keptChanges
  }

  async get(keys: readonly Key[]): Promise<readonly (Versioned | undefined)[]> {
    return keys.map((key) => this.#values.get(key))
  }

  async range(from: Key, to: Key, options: RangeOptions): Promise<readonly Entry[]> {
    return (await this.keys(from, to, options)).map((key) => {
      const { value, version } = this.#values.get(key) as Versioned
      return { key, value, version }
    })
  }

  async keys(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Key[]> {
    return this.#keys.range(from, to, limit, reverse)
  }

  async commit(checks: readonly Check[], writes: readonly Write[]): Promise<number | 'conflict'> {
    for (const { key, version } of checks) {
      if ((this.#values.get(key)?.version ?? 0) !== version) return 'conflict'
    }
    const number = ++this.#head
    for (const { key, value } of writes) {
      if (value === undefined) {
        if (this.#values.delete(key)) this.#keys.delete(key)
      } else {
        if (!this.#values.has(key)) this.#keys.add(key)
        this.#values.set(key, { value, version: number })
      }
    }
    this.#changes.push(writes.map(({ key }) => key))
    if (this.#changes.length >= 2 * this.#keptChanges) this.#changes.splice(0, this.#keptChanges)
    return number
  }

  async head(): Promise<number> {
    return this.#head
  }

  headNow(): number {
    return this.#head
  }

  async changesSince(number: number): Promise<Changes> {
    const missed = this.#head - number
    if (missed > this.#changes.length) return { head: this.#head, keys: undefined }
    return { head: this.#head, keys: missed > 0 ? this.#changes.slice(-missed).flat() : [] }
  }

  /** Empties it. The number goes on, so that whoever caches what was there learns to forget it. */
  reset(): void {
    this.#values = new Map()
    this.#keys = new SortedKeys()
    this.#changes = []
    this.#head++
  }

  async close(): Promise<void> {
    this.reset()
  }
}
