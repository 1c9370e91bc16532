import type { Clock } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Failure } from './credentials.ts'
import { retryPause } from './retry-pause.ts'

/** One value as the server gave it, or why it gave none. */
export type Fetched = { readonly value: Secret<string> } | Failure

/** Gets a value from the server; must not reject. */
export type Fetch = () => Promise<Fetched>

export interface CacheOptions {
  readonly clock: Clock
  readonly random: () => number
  /** How long a value is good; 0 keeps none. */
  readonly ttlMs: number
  /** How long beyond that a value is served while the server cannot be reached. */
  readonly staleMs: number
  readonly entries: number
}

interface Entry {
  readonly value: Secret<string>
  readonly fetch: Fetch
  readonly fetchedAt: number
  readonly refreshAt: number
  usedAt: number
  retryAt: number
  failures: number
}

/** The part of a value's life after which it is fetched anew in the background, and how far that is spread. */
const refreshAfter = 0.8
const spread = 0.1
const mostRefreshedAtOnce = 16

/**
 * Values in memory only, the least recently used leaving first. A value that is in use is fetched anew before it is too old;
 * one that nobody asked for since is let go. Many callers of one value cause one request.
 */
export class ValueCache {
  readonly #options: CacheOptions
  /** The least recently used one first. */
  readonly #entries = new Map<string, Entry>()
  readonly #running = new Map<string, Promise<Fetched>>()

  constructor(options: CacheOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  async get(key: string, fetch: Fetch): Promise<Fetched> {
    const { clock, ttlMs } = this.#options
    const now = clock.now()
    const entry = this.#entries.get(key)
    if (!entry) return this.#fetch(key, fetch)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.usedAt = now
    if (now < entry.fetchedAt + ttlMs) {
      if (now >= entry.refreshAt && now >= entry.retryAt) void this.#fetch(key, fetch)
      return entry
    }
    if (now < entry.retryAt && this.#servesStale(entry)) return entry
    const fetched = await this.#fetch(key, fetch)
    return 'unavailable' in fetched && this.#servesStale(entry) ? entry : fetched
  }

  /** The value as it is now: what began to be fetched before this was asked does not do. */
  async refresh(key: string, fetch: Fetch): Promise<Fetched> {
    await this.#running.get(key)
    return this.#fetch(key, fetch)
  }

  /** Fetches what is in use and due, and forgets what is too old to be served; for a timer. */
  async tick(): Promise<void> {
    const { clock, ttlMs, staleMs } = this.#options
    const now = clock.now()
    const due: Promise<unknown>[] = []
    for (const [key, entry] of this.#entries) {
      if (now >= entry.fetchedAt + ttlMs + staleMs) this.#entries.delete(key)
      else if (due.length < mostRefreshedAtOnce && isDue(entry, now)) due.push(this.#fetch(key, entry.fetch))
    }
    await Promise.all(due)
  }

  #servesStale(entry: Entry): boolean {
    const { clock, ttlMs, staleMs } = this.#options
    return clock.now() < entry.fetchedAt + ttlMs + staleMs
  }

  #fetch(key: string, fetch: Fetch): Promise<Fetched> {
    const running = this.#running.get(key)
    if (running) return running
    const begun = this.#fetchOnce(key, fetch).finally(() => this.#running.delete(key))
    this.#running.set(key, begun)
    return begun
  }

  async #fetchOnce(key: string, fetch: Fetch): Promise<Fetched> {
    const { clock, random } = this.#options
    // The age of a value counts from before it was asked for.
    const askedAt = clock.now()
    const fetched = await fetch()
    const entry = this.#entries.get(key)
    if ('value' in fetched) this.#keep(key, fetch, fetched.value, askedAt)
    else if ('refused' in fetched) this.#entries.delete(key)
    else if (entry) {
      entry.failures++
      entry.retryAt = clock.now() + retryPause(entry.failures, random())
    }
    return fetched
  }

  #keep(key: string, fetch: Fetch, value: Secret<string>, fetchedAt: number): void {
    const { entries, ttlMs, random } = this.#options
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    if (ttlMs === 0) return
    const refreshAt = fetchedAt + ttlMs * (refreshAfter + spread * random())
    const usedAt = known?.usedAt ?? fetchedAt
    this.#entries.set(key, { value, fetch, fetchedAt, refreshAt, usedAt, retryAt: 0, failures: 0 })
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entries) break
      this.#entries.delete(oldest)
    }
  }
}

function isDue({ refreshAt, retryAt, usedAt, fetchedAt }: Entry, now: number): boolean {
  return now >= refreshAt && now >= retryAt && usedAt > fetchedAt
}
