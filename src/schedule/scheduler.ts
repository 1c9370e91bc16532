import { setImmediate as nextTurn } from 'node:timers/promises'
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import { after } from '../store/key.ts'
import type { Store } from '../store/store.ts'
import { Claim, type Job } from './claim.ts'
import { type Due, type DueRecord, dueBetween } from './due.ts'
import { InHand, type KindOptions } from './in-hand.ts'

export { ClaimLost, type Job } from './claim.ts'

/** Does one job of a kind. Work that throws is tried again later; work that returns without `finish` counts as finished. */
export type Worker = (job: Job) => Promise<void>

export interface SchedulerOptions {
  readonly store: Store
  readonly clock: Clock
  /** Hears of every failed attempt. */
  readonly onFailure: (job: Due, attempts: number, error: unknown) => void
  /** How long a claim holds: after it the job counts as failed, or as left behind by a process that died. */
  readonly claimMilliseconds?: number
  /** How often to look for work that other processes planned. */
  readonly pollMilliseconds?: number
}

const pageSize = 50
const firstRetryMilliseconds = 1_000
const longestRetryMilliseconds = 15 * 60_000

/**
 * Does what is due, each piece once however many processes share the store: a job is claimed by a commit, done, and
 * finished by a commit. A process that dies leaves a claim that runs out.
 */
export class Scheduler {
  readonly #options: Required<SchedulerOptions>
  readonly #workers = new Map<string, Worker>()
  readonly #kinds = new Map<string, KindOptions>()
  #loop: Promise<void> | undefined
  #running: Promise<number> | undefined
  #stopping = false
  #wakes = 0
  readonly #waiting = new Set<() => void>()

  constructor(options: SchedulerOptions) {
    this.#options = { claimMilliseconds: 5 * 60_000, pollMilliseconds: 5_000, ...options }
  }

  register(kind: string, worker: Worker, options: KindOptions = {}): void {
    assert((options.overflow?.from ?? 0) <= pageSize, 'a look finds as many jobs as overflow')
    this.#workers.set(kind, worker)
    this.#kinds.set(kind, options)
  }

  start(): void {
    this.#stopping = false
    this.#loop ??= this.#work()
  }

  /** Begins no more jobs, and resolves when those in hand have ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#nudge()
    await this.#loop
    this.#loop = undefined
    // Whoever asked for that run hears of its failure.
    await this.#running?.catch(() => {})
  }

  /** Looks for work soon: something was planned that may be due already. */
  wake(): void {
    this.#wakes++
    this.#nudge()
  }

  /** Does all that is due by the product's clock, including what becomes due by doing it. Answers how many jobs ran. */
  async runDue(): Promise<number> {
    while (this.#running) await this.#running.catch(() => {})
    this.#running = this.#runAll()
    try {
      return await this.#running
    } finally {
      this.#running = undefined
    }
  }

  /** The earliest moment after now, up to `until`, at which work comes up or is tried again. */
  async nextDue(until: number): Promise<number | undefined> {
    const now = this.#options.clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const kind of this.#workers.keys()) {
      const [from, to] = dueBetween(kind, now + 1, Math.max(now, until))
      const [first] = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: 1 }))
      if (first) next = Math.min(next, first.record.at)
      for await (const { retryAt } of this.#dueBy(kind, now))
        if (retryAt !== undefined && retryAt > now) next = Math.min(next, retryAt)
    }
    return next <= until ? next : undefined
  }

  async #work(): Promise<void> {
    const { clock, pollMilliseconds, onFailure } = this.#options
    while (!this.#stopping) {
      await nextTurn()
      const wakes = this.#wakes
      let pause = pollMilliseconds
      try {
        await this.runDue()
        const next = await this.nextDue(clock.now() + pollMilliseconds)
        if (next !== undefined) pause = next - clock.now()
      } catch (error) {
        onFailure({ at: clock.now(), kind: 'schedule', id: '' }, 0, error)
      }
      if (this.#wakes === wakes) await this.#happening(pause)
    }
  }

  /** Waits until somebody wakes the scheduler, or one of its jobs ends, or a time has passed. */
  async #happening(milliseconds: number): Promise<void> {
    if (this.#stopping) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds).unref()
    this.#waiting.add(resolve)
    await promise
    this.#waiting.delete(resolve)
    clearTimeout(timer)
  }

  #nudge(): void {
    for (const resolve of this.#waiting) resolve()
  }

  async #runAll(): Promise<number> {
    const inHand = new InHand(this.#kinds)
    const failures: unknown[] = []
    let done = 0
    let endings = 0
    const start = (claim: Claim) => {
      done++
      const run = this.#run(claim).catch((error: unknown) => void failures.push(error))
      inHand.add(claim.due, run, () => {
        endings++
        this.#nudge()
      })
    }
    let queue: readonly DueRecord[] = []
    let look = true
    let lookedAt = 0
    const { pollMilliseconds } = this.#options
    try {
      while (!this.#stopping && failures.length === 0) {
        const before = { endings, wakes: this.#wakes }
        if (look && queue.every(({ kind }) => inHand.isFull(kind))) {
          look = false
          lookedAt = performance.now()
          queue = [...(await this.#findFree(inHand)), ...queue]
          if (queue.length === 0 && inHand.size === 0) break
        }
        const { taken, left } = inHand.choose(queue)
        queue = left
        for (const claim of await this.#claim(taken)) start(claim)
        if (taken.length === 0) {
          const quiet = () => endings === before.endings && this.#wakes === before.wakes
          if (quiet()) await this.#happening(Math.min(pollMilliseconds, inHand.opensIn(queue)))
        }
        // A slow job does not keep those from being found that come up meanwhile; one that ends makes room for what is known.
        const late = performance.now() - lookedAt >= pollMilliseconds
        look ||= taken.length > 0 || queue.length === 0 || late || this.#wakes !== before.wakes
        await nextTurn()
      }
    } finally {
      await inHand.ended()
    }
    if (failures.length > 0) throw failures[0]
    return done
  }

  /** What is due and nobody's, of the kinds for which there is room, in the order of moments. */
  async #findFree(inHand: InHand): Promise<readonly DueRecord[]> {
    const free: DueRecord[] = []
    for (const kind of this.#workers.keys()) {
      if (inHand.isFull(kind)) continue
      const own: DueRecord[] = []
      for await (const record of this.#dueBy(kind, this.#options.clock.now())) {
        if (!this.#isFree(record) || inHand.has(record)) continue
        own.push(record)
        if (own.length === pageSize) break
      }
      const overflow = this.#kinds.get(kind)?.overflow
      if (!overflow || own.length < overflow.from || !overflow.takes()) free.push(...own)
    }
    return free.sort((one, other) => one.at - other.at)
  }

  async *#dueBy(kind: string, moment: number): AsyncGenerator<DueRecord> {
    let [from, to] = dueBetween(kind, 0, moment)
    for (;;) {
      const page = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: pageSize }))
      for (const { record } of page) yield record
      const last = page.at(-1)
      if (!last || page.length < pageSize) return
      from = after(last.key)
      // Requests come between pages, however much is due.
      await nextTurn()
    }
  }

  #isFree({ kind, claim, retryAt = 0 }: DueRecord): boolean {
    const { clock } = this.#options
    return this.#workers.has(kind) && retryAt <= clock.now() && (claim === undefined || claim.until <= clock.real())
  }

  /** Rejects where the store fails. */
  #claim(wanted: readonly DueRecord[]): Promise<readonly Claim[]> | readonly Claim[] {
    if (wanted.length === 0) return []
    return Claim.make(this.#options, wanted, (record) => this.#isFree(record))
  }

  async #run(claim: Claim): Promise<void> {
    const { clock, onFailure } = this.#options
    const { due, attempts } = claim
    try {
      await claim.hold(this.#workers.get(due.kind) as Worker)
    } catch (error) {
      onFailure(due, attempts + 1, error)
      const delay = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(attempts, 20))
      await claim.giveBack(clock.now() + delay)
    }
  }
}
