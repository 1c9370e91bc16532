import type { Clock } from '../base/clock.ts'
import { uuid } from '../base/ids.ts'
import type { Key } from '../store/key.ts'
import type { Store, Transaction } from '../store/store.ts'
import { type Due, type DueRecord, dueKey } from './due.ts'
import { type WorkLimit, workLimit } from './work-limit.ts'

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

export interface ClaimOptions {
  readonly store: Store
  readonly clock: Clock
  /** How long a claim holds from when it is made or extended. */
  readonly claimMilliseconds: number
}

/** A job that this process has claimed, and nobody else may do until the claim runs out. */
export class Claim {
  readonly due: Due
  readonly attempts: number
  readonly job: Job
  readonly #options: ClaimOptions
  readonly #key: Key
  readonly #by: string
  readonly #limit: WorkLimit
  #finished = false

  private constructor(options: ClaimOptions, { at, kind, id, attempts = 0 }: DueRecord, by: string) {
    this.due = { at, kind, id }
    this.attempts = attempts
    this.#options = options
    this.#key = dueKey(this.due)
    this.#by = by
    this.#limit = workLimit(options.claimMilliseconds)
    this.job = {
      ...this.due,
      attempts,
      finish: (tx) => this.#finish(tx),
      check: async (tx) => void (await this.#read(tx)),
      extend: () => this.#extend(),
    }
  }

  /** Claims what is still free, all of it with one commit; another process may have been quicker. */
  static async make(
    options: ClaimOptions,
    wanted: readonly DueRecord[],
    isFree: (record: DueRecord) => boolean,
  ): Promise<readonly Claim[]> {
    const { store, clock, claimMilliseconds } = options
    const by = uuid()
    const claimed = await store.transaction(async (tx) => {
      const records = await tx.getAll<DueRecord>(wanted.map(dueKey))
      const free = records.filter((record) => record !== undefined && isFree(record)) as readonly DueRecord[]
      const claim = { by, until: clock.real() + claimMilliseconds }
      for (const record of free) tx.put(dueKey(record), { ...record, claim } satisfies DueRecord)
      return free
    })
    return claimed.map((record) => new Claim(options, record, by))
  }

  /** Does the work, for no longer than the claim holds. Work that returns without `finish` counts as finished. */
  async hold(work: (job: Job) => Promise<void>): Promise<void> {
    await this.#limit.hold(work(this.job))
    if (!this.#finished) await this.#options.store.transaction((tx) => this.#takeOut(tx))
  }

  /** Gives the job back, for another attempt at a moment. Who has lost the claim changes nothing. */
  async giveBack(retryAt: number): Promise<void> {
    await this.#options.store.transaction(async (tx) => {
      if (!(await this.#takeOut(tx))) return
      tx.put(this.#key, { ...this.due, attempts: this.attempts + 1, retryAt } satisfies DueRecord)
    })
  }

  async #finish(tx: Transaction): Promise<void> {
    if (!(await this.#takeOut(tx))) throw this.#lost()
    tx.afterCommit(() => {
      this.#finished = true
    })
  }

  async #extend(): Promise<void> {
    const { store, clock, claimMilliseconds } = this.#options
    await store.transaction(async (tx) => {
      const claim = { by: this.#by, until: clock.real() + claimMilliseconds }
      tx.put(this.#key, { ...(await this.#read(tx)), claim } satisfies DueRecord)
    })
    this.#limit.renew()
  }

  async #takeOut(tx: Transaction): Promise<boolean> {
    const record = await tx.get<DueRecord>(this.#key)
    const mine = record?.claim?.by === this.#by
    if (mine) tx.delete(this.#key)
    return mine
  }

  async #read(tx: Transaction): Promise<DueRecord> {
    const record = await tx.get<DueRecord>(this.#key)
    if (record?.claim?.by !== this.#by) throw this.#lost()
    return record
  }

  #lost(): ClaimLost {
    return new ClaimLost(`${this.due.kind} ${this.due.id}`)
  }
}
