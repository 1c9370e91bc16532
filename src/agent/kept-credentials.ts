import type { Clock } from '../base/clock.ts'
import { type Credentials, type CredentialSource, describeFailure, type Failure, type Obtained } from './credentials.ts'
import { retryPause } from './retry-pause.ts'

export interface KeeperOptions {
  readonly clock: Clock
  /** From 0 to 1; spreads the renewals of many agents. */
  readonly random: () => number
  readonly warn: (message: string) => void
}

interface Kept {
  readonly credentials: Credentials
  readonly renewAt: number
}

/** The part of their life before whose beginning credentials are renewed, and how far that is spread. */
const lastPart = 0.25
const spread = 0.2

/**
 * Credentials that are renewed ahead of their end: those handed out are good for a while yet. Many callers cause one request.
 * While renewal fails, what is still good is handed out, and the server is asked at growing intervals.
 */
export class KeptCredentials {
  readonly #source: CredentialSource
  readonly #options: KeeperOptions
  #kept: Kept | undefined
  #running: Promise<Obtained> | undefined
  #failure: Failure = { unavailable: 'not asked yet' }
  #failures = 0
  #retryAt = 0

  constructor(source: CredentialSource, options: KeeperOptions) {
    this.#source = source
    this.#options = options
  }

  async get(): Promise<Obtained> {
    const now = this.#options.clock.now()
    const kept = this.#kept
    if (kept && now < (kept.credentials.expiresAt ?? Infinity)) {
      if (now >= kept.renewAt && now >= this.#retryAt) void this.#renew()
      return { credentials: kept.credentials }
    }
    return now < this.#retryAt ? this.#failure : this.#renew()
  }

  /** Renews what is due; for a timer. */
  async tick(): Promise<void> {
    const now = this.#options.clock.now()
    if (this.#kept && now >= this.#kept.renewAt && now >= this.#retryAt) await this.#renew()
  }

  /** The server does not take these any more: the next caller gets new ones, or hears why there are none. */
  discard(credentials: Credentials): void {
    if (this.#kept?.credentials === credentials && credentials.expiresAt !== undefined) this.#kept = undefined
  }

  #renew(): Promise<Obtained> {
    this.#running ??= this.#obtain().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #obtain(): Promise<Obtained> {
    const { clock, random, warn } = this.#options
    const obtained = await this.#source.obtain()
    const now = clock.now()
    if ('credentials' in obtained) {
      const { credentials } = obtained
      const life = (credentials.expiresAt ?? Infinity) - now
      this.#kept = { credentials, renewAt: now + life * (1 - lastPart * (1 + spread * random())) }
      this.#failures = 0
      this.#retryAt = 0
      return obtained
    }
    this.#failure = obtained
    this.#failures++
    this.#retryAt = now + retryPause(this.#failures, random())
    warn(`no new credentials from the ${this.#source.name}: ${describeFailure(obtained)}`)
    return obtained
  }
}
