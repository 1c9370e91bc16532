import type { Backend, Changes, Entry, Versioned } from './backend.ts'
import type { Key } from './key.ts'
import type { MemoryBackend } from './memory.ts'

/** Answers of a memory backend, each held back until it is let go: what was read stays as it was when it was read. */
export class HeldBackend implements Backend {
  readonly #inner: Backend
  readonly #held: (() => void)[] = []
  /** Which calls are held; the others are answered at once. */
  holding = new Set<'get' | 'range' | 'commit' | 'changesSince'>()
  readonly calls: string[] = []

  constructor(inner: Backend) {
    this.#inner = inner
  }

  /** Lets held answers go, the oldest first. */
  release(count = Number.POSITIVE_INFINITY): void {
    for (const answer of this.#held.splice(0, count)) answer()
  }

  /** Waits until this many answers are held. */
  async held(count: number): Promise<void> {
    while (this.#held.length < count) await new Promise((resolve) => setImmediate(resolve))
  }

  async #answer<T>(call: 'get' | 'range' | 'commit' | 'changesSince', answer: Promise<T>): Promise<T> {
    this.calls.push(call)
    const value = await answer
    if (this.holding.has(call)) await new Promise<void>((resolve) => this.#held.push(resolve))
    return value
  }

  get(keys: readonly Key[]): Promise<readonly (Versioned | undefined)[]> {
    return this.#answer('get', this.#inner.get(keys))
  }
  range(...range: Parameters<Backend['range']>): Promise<readonly Entry[]> {
    return this.#answer('range', this.#inner.range(...range))
  }
  keys(...range: Parameters<Backend['keys']>): Promise<readonly Key[]> {
    return this.#answer('range', this.#inner.keys(...range))
  }
  commit(...commit: Parameters<Backend['commit']>): Promise<number | 'conflict'> {
    return this.#answer('commit', this.#inner.commit(...commit))
  }
  changesSince(number: number): Promise<Changes> {
    return this.#answer('changesSince', this.#inner.changesSince(number))
  }
  head(): Promise<number> {
    return this.#inner.head()
  }
  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** The same, in the process of the store: it says its head at once. */
export class HeldLocalBackend extends HeldBackend {
  readonly headNow: () => number

  constructor(inner: MemoryBackend) {
    super(inner)
    this.headNow = () => inner.headNow()
  }
}
