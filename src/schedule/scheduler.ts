import { setImmediate as nextTurn } from 'node:timers/promises'
import { uuid } from '../base/ids.ts'
import type { Clock } from '../base/clock.ts'
import { after, type Key } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import { type Due, type DueRecord, dueBetween, dueKey } from './due.ts'
import { workLimit } from './work-limit.ts'

/** Work in hand. `finish` belongs into the transaction that completes it, so that it is done exactly once. */
export interface Job extends Due {
  /** How often this job failed before. */
  readonly attempts: number
  /** Throws `ClaimLost`, and so keeps the transaction from committing, where another process has taken over. */
  finish(tx: Transaction): Promise<void>
  /** As `finish` for a transaction that goes on with the work without completing it. */
  check(tx: Transaction): Promise<void>
  /** Holds the claim for as long again from now on, for work that takes its time. Throws `ClaimLost` where it is lost. */
  extend(): Promise<void>
}

/** The claim ran out and another process took the job over, or it was cancelled: what was about to be committed must not be. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/** Does one job of a kind. Work that throws is tried again later; work that returns without `finish` counts as finished. */
export type Worker = (job: Job) => Promise<void>

export interface KindOptions {
  /** How many jobs of the kind this process does at once: what waits for the outside must not keep the others waiting. */
  readonly atOnce?: number
}

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
  readonly #limits = new Map<string, number>()
  #loop: Promise<void> | undefined
  #running: Promise<number> | undefined
  #stopping = false
  #wakes = 0
  readonly #waiting = new Set<() => void>()

  constructor(options: SchedulerOptions) {
    this.#options = { claimMilliseconds: 5 * 60_000, pollMilliseconds: 5_000, ...options }
  }

  register(kind: string, worker: Worker, options: KindOptions = {}): void {
    this.#workers.set(kind, worker)
    if (options.atOnce !== undefined) this.#limits.set(kind, options.atOnce)
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
    const [from, to] = dueBetween(now + 1, Math.max(now, until))
    const [first] = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: 1 }))
    let next = first?.record.at ?? Number.POSITIVE_INFINITY
    for await (const { retryAt } of this.#dueBy(now))
      if (retryAt !== undefined && retryAt > now) next = Math.min(next, retryAt)
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
    const inHand = new Map<Key, { readonly kind: string; readonly run: Promise<void> }>()
    const failures: unknown[] = []
    let done = 0
    let endings = 0
    const take = (due: DueRecord) => {
      const key = dueKey(due)
      const run = this.#run(key, due).then(
        (ran) => {
          if (ran) done++
        },
        (error: unknown) => void failures.push(error),
      )
      const ended = run.then(() => {
        inHand.delete(key)
        endings++
        this.#nudge()
      })
      inHand.set(key, { kind: due.kind, run: ended })
    }
    const isFull = (kind: string) => this.#isFull(kind, inHand.values())
    let queue: readonly DueRecord[] = []
    let look = true
    try {
      while (!this.#stopping && failures.length === 0) {
        const before = { endings, wakes: this.#wakes }
        const looked: boolean = look && queue.every(({ kind }) => isFull(kind))
        if (looked) queue = [...(await this.#findFree(inHand, isFull)), ...queue]
        if (looked && queue.length === 0 && inHand.size === 0) break
        const waiting: DueRecord[] = []
        for (const due of queue) {
          if (isFull(due.kind)) waiting.push(due)
          else take(due)
        }
        const took = waiting.length < queue.length
        queue = waiting
        // A slow job does not keep those from being found that come up meanwhile; one that ends makes room for what is known.
        if (took) look = looked || queue.length === 0
        else {
          const quiet = () => endings === before.endings && this.#wakes === before.wakes
          if (quiet()) await this.#happening(this.#options.pollMilliseconds)
          look = this.#wakes !== before.wakes || endings === before.endings || queue.length === 0
        }
        await nextTurn()
      }
    } finally {
      await Promise.all([...inHand.values()].map(({ run }) => run))
    }
    if (failures.length > 0) throw failures[0]
    return done
  }

  /** Kinds with a bound of their own leave the common one alone. */
  #isFull(kind: string, inHand: Iterable<{ readonly kind: string }>): boolean {
    const own = this.#limits.get(kind)
    let count = 0
    for (const job of inHand) if (own === undefined ? !this.#limits.has(job.kind) : job.kind === kind) count++
    return count >= (own ?? atOnce)
  }

  async #findFree(inHand: ReadonlyMap<Key, unknown>, isFull: (kind: string) => boolean): Promise<readonly DueRecord[]> {
    const free: DueRecord[] = []
    for await (const record of this.#dueBy(this.#options.clock.now())) {
      if (!this.#isFree(record) || inHand.has(dueKey(record)) || isFull(record.kind)) continue
      if (free.push(record) === pageSize) break
    }
    return free
  }

  async *#dueBy(moment: number): AsyncGenerator<DueRecord> {
    let [from, to] = dueBetween(0, moment)
    for (;;) {
      const page = await this.#options.store.transaction((tx) => tx.range<DueRecord>(from, to, { limit: pageSize }))
      for (const { record } of page) yield record
      const last = page.at(-1)
      if (!last || page.length < pageSize) return
      from = after(last.key)
    }
  }

  #isFree({ kind, claim, retryAt = 0 }: DueRecord): boolean {
    const { clock } = this.#options
    return this.#workers.has(kind) && retryAt <= clock.now() && (claim === undefined || claim.until <= clock.real())
  }

  /** Whether this process did it: another one may have been quicker. Rejects where the store fails. */
  async #run(key: Key, due: Due): Promise<boolean> {
    const { store, clock, onFailure } = this.#options
    const by = uuid()
    const newClaim = () => ({ by, until: clock.real() + this.#options.claimMilliseconds })
    const claimed = await store.transaction(async (tx) => {
      const record = await tx.get<DueRecord>(key)
      if (!record || !this.#isFree(record)) return undefined
      tx.put(key, { ...record, claim: newClaim() } satisfies DueRecord)
      return record
    })
    if (!claimed) return false
    const { at, kind, id, attempts = 0 } = claimed
    const takeOut = async (tx: Transaction): Promise<boolean> => {
      const record = await tx.get<DueRecord>(key)
      const mine = record?.claim?.by === by
      if (mine) tx.delete(key)
      return mine
    }
    const check = async (tx: Transaction): Promise<DueRecord> => {
      const record = await tx.get<DueRecord>(key)
      if (record?.claim?.by !== by) throw new ClaimLost(`${kind} ${id}`)
      return record
    }
    const finish = async (tx: Transaction) => {
      if (!(await takeOut(tx))) throw new ClaimLost(`${kind} ${id}`)
    }
    const limit = workLimit(this.#options.claimMilliseconds)
    const extend = async () => {
      await store.transaction(async (tx) => {
        tx.put(key, { ...(await check(tx)), claim: newClaim() } satisfies DueRecord)
      })
      limit.renew()
    }
    try {
      await limit.hold(
        (this.#workers.get(kind) as Worker)({
          at,
          kind,
          id,
          attempts,
          finish,
          extend,
          check: async (tx) => void (await check(tx)),
        }),
      )
      await store.transaction(takeOut)
    } catch (error) {
      onFailure(due, attempts + 1, error)
      await store.transaction(async (tx) => {
        if (!(await takeOut(tx))) return
        const delay = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(attempts, 20))
        const retryAt = clock.now() + delay
        tx.put(key, { at, kind, id, attempts: attempts + 1, retryAt } satisfies DueRecord)
      })
    }
    return true
  }
}
