import { uuid } from '../base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { Key } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import { type Due, type DueRecord, dueKey, dueUntil, plan } from './due.ts'

/** Work in hand. `finish` belongs into the transaction that completes it, so that it is done exactly once. */
export interface Job extends Due {
  /** How often this job failed before. */
  readonly attempts: number
  /** Throws `ClaimLost`, and so keeps the transaction from committing, where another process has taken over. */
  finish(tx: Transaction): Promise<void>
}

/** The claim ran out and another process took the job over: what this one was about to commit must not be. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/** Does one job of a kind. Work that throws is tried again later; work that returns without `finish` counts as finished. */
export type Worker = (job: Job) => Promise<void>

export interface SchedulerOptions {
  readonly store: Store
  readonly clock: Clock
  /** Hears of every failed attempt. */
  readonly onFailure: (job: Due, attempts: number, error: unknown) => void
  /** How long a claim holds: after it another process takes over. */
  readonly claimMilliseconds?: number
  /** How often to look for work that other processes planned. */
  readonly pollMilliseconds?: number
}

const pageSize = 100
const atOnce = 8
const firstRetryMilliseconds = 1_000
const longestRetryMilliseconds = 15 * 60_000

/**
 * Does what is due, each piece once however many processes share the store: a job is claimed by a commit, done, and
 * finished by a commit. A process that dies leaves a claim that runs out.
 */
export class Scheduler {
  readonly #options: Required<SchedulerOptions>
  readonly #workers = new Map<string, Worker>()
  readonly #id = uuid()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<number> | undefined
  #stopped = true

  constructor(options: SchedulerOptions) {
    this.#options = { claimMilliseconds: 5 * 60_000, pollMilliseconds: 5_000, ...options }
  }

  register(kind: string, worker: Worker): void {
    this.#workers.set(kind, worker)
  }

  start(): void {
    this.#stopped = false
    this.#wakeIn(0)
  }

  /** Resolves when the jobs in hand have ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** Looks for work soon: something was planned that may be due already. */
  wake(): void {
    if (!this.#stopped) this.#wakeIn(0)
  }

  /** Does all that is due by the product's clock, including what becomes due by doing it. Answers how many jobs ran. */
  async runDue(): Promise<number> {
    while (this.#running) await this.#running
    this.#running = this.#runAll()
    try {
      return await this.#running
    } finally {
      this.#running = undefined
    }
  }

  /** The moment of the earliest work, claimed or not, up to `until`. */
  async nextDue(until: number): Promise<number | undefined> {
    const [from, to] = dueUntil(until)
    const [first] = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: 1 }))
    return first?.record.at
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tick(), milliseconds).unref()
  }

  async #tick(): Promise<void> {
    try {
      await this.runDue()
    } catch (error) {
      this.#options.onFailure({ at: this.#options.clock.now(), kind: 'schedule', id: '' }, 0, error)
    }
    if (!this.#stopped) this.#wakeIn(await this.#untilNext())
  }

  async #untilNext(): Promise<number> {
    const { clock, pollMilliseconds } = this.#options
    try {
      const next = await this.nextDue(clock.now() + pollMilliseconds)
      return next === undefined ? pollMilliseconds : Math.max(50, next - clock.now())
    } catch {
      // The store is away; `runDue` will tell it at the next look.
      return pollMilliseconds
    }
  }

  async #runAll(): Promise<number> {
    let done = 0
    for (;;) {
      const jobs = await this.#findDue()
      if (jobs.length === 0) return done
      for (let start = 0; start < jobs.length; start += atOnce) {
        const ran = await Promise.all(jobs.slice(start, start + atOnce).map((job) => this.#run(job)))
        done += ran.filter(Boolean).length
      }
    }
  }

  async #findDue(): Promise<readonly DueRecord[]> {
    const now = this.#options.clock.now()
    let [from, to] = dueUntil(now)
    for (;;) {
      const page = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: pageSize }))
      const free = page.map(({ record }) => record).filter((record) => this.#isFree(record))
      if (free.length > 0 || page.length < pageSize) return free
      from = `${page.at(-1)?.key}\u0001` as Key
    }
  }

  #isFree(record: DueRecord): boolean {
    return (
      this.#workers.has(record.kind) && (record.claim === undefined || record.claim.until <= this.#options.clock.real())
    )
  }

  /** Whether this process did it: another one may have been quicker. */
  async #run(found: DueRecord): Promise<boolean> {
    const { store, clock, claimMilliseconds, onFailure } = this.#options
    const key = dueKey(found)
    const claimed = await store.transaction(async (tx) => {
      const record = await tx.get<DueRecord>(key)
      if (!record || !this.#isFree(record)) return undefined
      const claim = { by: this.#id, until: clock.real() + claimMilliseconds }
      tx.put(key, { ...record, claim })
      return record
    })
    if (!claimed) return false
    const { at, kind, id, attempts = 0 } = claimed
    const takeOut = async (tx: Transaction): Promise<boolean> => {
      const record = await tx.get<DueRecord>(key)
      const mine = record?.claim?.by === this.#id
      if (mine) tx.delete(key)
      return mine
    }
    const finish = async (tx: Transaction) => {
      if (!(await takeOut(tx))) throw new ClaimLost(`${kind} ${id}`)
    }
    try {
      await this.#workers.get(kind)?.({ at, kind, id, attempts, finish })
      await store.transaction(takeOut)
    } catch (error) {
      onFailure(found, attempts + 1, error)
      await store.transaction(async (tx) => {
        if (!(await takeOut(tx))) return
        const delay = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(attempts, 20))
        const next = { at: clock.now() + delay, kind, id }
        plan(tx, next)
        tx.put(dueKey(next), { ...next, attempts: attempts + 1 } satisfies DueRecord)
      })
    }
    return true
  }
}
