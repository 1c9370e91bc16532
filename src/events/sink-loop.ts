import { randomInt } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { uuid } from '../base/ids.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { Row } from '../store/table.ts'
import { Backlog } from './backlog.ts'
import {
  enqueue,
  isNotice,
  noteDropped,
  type QueuedEvent,
  queue,
  type SinkState,
  sinkStates,
  timeText,
} from './queue.ts'
import type { Delivery, NamedSink } from './sink.ts'

export interface LoopOptions {
  readonly store: Store
  readonly clock: Clock
  /** Whose the notices of dropped events are. */
  readonly account: string
  readonly region: string
  /** Hears of every failed delivery; `reason` names no secret. */
  readonly onFailure: (facts: { readonly sink: string; readonly reason: string }) => void
  /** Undelivered events older than this are dropped, as EventBridge drops them after a day. */
  readonly keepMilliseconds?: number
}

const batch = 100
const claimMilliseconds = 60_000
const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 5 * 60_000
const dayMilliseconds = 86_400_000

type QueuedRow = Row<QueuedEvent>

/** Delivers to one sink. Processes that share a store take turns: whoever holds the claim delivers. */
export class SinkLoop {
  readonly name: string
  readonly #id = uuid()
  readonly #target: NamedSink
  readonly #options: Required<LoopOptions>
  readonly #backlog: Backlog
  #running: Promise<void> | undefined
  #again = false

  constructor(target: NamedSink, options: LoopOptions) {
    this.name = target.name
    this.#target = target
    this.#options = { keepMilliseconds: dayMilliseconds, ...options }
    this.#backlog = new Backlog(target.name, target.backlog)
  }

  /** Delivers what is due until nothing is, the sink is in trouble, or another process is at it. Runs once at a time. */
  run(stopped: () => boolean): Promise<void> {
    this.#again = true
    this.#running ??= this.#runAll(stopped).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => undefined)
    await this.#target.sink.close()
  }

  async #runAll(stopped: () => boolean): Promise<void> {
    while (this.#again && !stopped()) {
      this.#again = false
      while (!stopped() && (await this.#deliverSome()));
    }
  }

  /** Whether there may be more to deliver at once. */
  async #deliverSome(): Promise<boolean> {
    const { store, clock } = this.#options
    const now = clock.real()
    const idle = await store.transaction(async (tx) => {
      const state = await sinkStates.get(tx, this.name)
      return !mayDeliver(state, this.#id, now) || (await this.#due(tx, now, 1)).length === 0
    })
    if (idle) return false
    const rows = await this.#claim(now)
    if (rows.length === 0) return false
    const old = rows.filter((row) => this.#isOld(row, now))
    const fresh = rows.filter((row) => !old.includes(row))
    const deliveries = fresh.length > 0 ? await this.#target.sink.deliver(fresh.map(({ record }) => record.event)) : []
    return this.#settle(fresh, deliveries, old)
  }

  async #due(tx: Transaction, now: number, limit: number): Promise<readonly QueuedRow[]> {
    const rows = await queue.range(tx, { under: [this.name], limit })
    const last = timeText(now)
    return rows.filter(({ segments }) => (segments[1] as string) <= last)
  }

  #isOld({ record }: QueuedRow, now: number): boolean {
    return record.attempts > 0 && Date.parse(record.event.time) + this.#options.keepMilliseconds < now
  }

  #claim(now: number): Promise<readonly QueuedRow[]> {
    return this.#options.store.transaction(async (tx) => {
      const state = await sinkStates.get(tx, this.name)
      if (!mayDeliver(state, this.#id, now)) return []
      const rows = await this.#due(tx, now, batch)
      const claim = { by: this.#id, until: now + claimMilliseconds }
      if (rows.length > 0) sinkStates.put(tx, { failures: state?.failures ?? 0, claim, seenAt: now }, this.name)
      return rows
    })
  }

  async #settle(
    rows: readonly QueuedRow[],
    deliveries: readonly Delivery[],
    old: readonly QueuedRow[],
  ): Promise<boolean> {
    const { store, clock, onFailure } = this.#options
    const now = clock.real()
    const outcome = summarise(deliveries)
    if (outcome.reason !== undefined) onFailure({ sink: this.name, reason: outcome.reason })
    const going = await store.transaction(async (tx) => {
      const state = await sinkStates.get(tx, this.name)
      // Another process took over because this one was slow: it decides what becomes of the rows.
      if (state?.claim?.by !== this.#id) return false
      const failures = (outcome.taken > 0 ? 0 : state.failures) + (outcome.unavailable ? 1 : 0)
      rows.forEach((row, index) => {
        this.#settleRow(tx, row, deliveries[index] ?? { failed: 'untried' }, outcome.taken > 0, now)
      })
      for (const row of old) queue.delete(tx, ...row.segments)
      await this.#tellDropped(tx, old)
      const pausedUntil = outcome.unavailable ? now + pauseAfter(failures) : undefined
      sinkStates.put(tx, { failures, seenAt: now, ...(pausedUntil !== undefined && { pausedUntil }) }, this.name)
      return !outcome.unavailable
    })
    this.#backlog.less(outcome.taken + old.length)
    if (outcome.unavailable) await this.#trim()
    return going && (outcome.taken > 0 || old.length > 0 || outcome.refused > 0)
  }

  /**
   * A sink that took others has a problem with this event, which waits by itself; one that took nothing is away, and its events
   * keep their places.
   */
  #settleRow(tx: Transaction, row: QueuedRow, delivery: Delivery, tookOthers: boolean, now: number): void {
    const { segments, record } = row
    if ('taken' in delivery) return queue.delete(tx, ...segments)
    if (delivery.failed === 'untried' || isNotice(row)) return
    const failed = { ...record, attempts: record.attempts + 1 }
    if (delivery.failed === 'unavailable' && !tookOthers) return queue.put(tx, failed, ...segments)
    queue.delete(tx, ...segments)
    enqueue(tx, this.name, now + pauseAfter(failed.attempts), failed)
  }

  /** A sink in trouble gathers a backlog: keeps it within its bound. */
  async #trim(): Promise<void> {
    await this.#backlog.trim(this.#options.store, (tx, rows) => this.#tellDropped(tx, rows))
  }

  #tellDropped(tx: Transaction, rows: readonly QueuedRow[]): Promise<void> {
    const { account, region, clock } = this.#options
    const events = rows.map(({ record }) => record.event)
    return noteDropped(tx, this.name, events, { account, region, at: clock.now() })
  }
}

function mayDeliver(state: SinkState | undefined, id: string, now: number): boolean {
  if (!state) return true
  const { claim, pausedUntil = 0 } = state
  return pausedUntil <= now && (claim === undefined || claim.by === id || claim.until <= now)
}

function summarise(deliveries: readonly Delivery[]) {
  let taken = 0
  let refused = 0
  let unavailable = false
  let reason: string | undefined
  for (const delivery of deliveries) {
    if ('taken' in delivery) taken++
    else if (delivery.failed !== 'untried') {
      reason ??= delivery.reason
      if (delivery.failed === 'refused') refused++
      else unavailable = true
    }
  }
  return { taken, refused, unavailable, reason }
}

/** Doubles from a second to five minutes; each pause is between half and the whole of it, so that processes do not go in step. */
function pauseAfter(failures: number): number {
  const whole = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** Math.min(failures - 1, 20))
  return whole / 2 + randomInt(whole / 2 + 1)
}
