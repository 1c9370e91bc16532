import type { Store } from '../store/store.ts'
import { queue, type SinkState, sinkStates } from './queue.ts'
import type { NamedSink } from './sink.ts'
import { type LoopOptions, SinkLoop } from './sink-loop.ts'

export interface DispatcherOptions extends LoopOptions {
  /** How often to look for what other processes left. */
  readonly pollMilliseconds?: number
}

const gatherMilliseconds = 20
const sweepMilliseconds = 3_600_000
const mostSinks = 1_000
const page = 500

/**
 * Delivers queued events to their sinks, each at least once, whatever process queued them. Every sink has its own backlog, claim
 * and pauses, so one that is slow or gone holds up no other.
 */
export class EventDispatcher {
  readonly #options: DispatcherOptions
  readonly #loops: readonly SinkLoop[]
  #poll: NodeJS.Timeout | undefined
  #sweep: NodeJS.Timeout | undefined
  #gather: NodeJS.Timeout | undefined
  #stopped = true

  constructor(sinks: readonly NamedSink[], options: DispatcherOptions) {
    this.#options = options
    this.#loops = sinks.map((sink) => new SinkLoop(sink, options))
  }

  start(): void {
    if (this.#loops.length === 0) return
    this.#stopped = false
    this.#poll = setInterval(() => void this.#runAll(), this.#options.pollMilliseconds ?? 5_000).unref()
    this.#sweep = setInterval(() => void this.#sweepQuietly(), sweepMilliseconds).unref()
    void this.#sweepQuietly()
    void this.#runAll()
  }

  /** Resolves when the deliveries in hand have ended and the sinks are closed. What is not delivered waits in the store. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#poll)
    clearInterval(this.#sweep)
    clearTimeout(this.#gather)
    await Promise.all(this.#loops.map((loop) => loop.close()))
  }

  /** Delivers soon what was just committed; commits of a few milliseconds go out together. */
  readonly wake = (): void => {
    if (this.#stopped || this.#gather) return
    this.#gather = setTimeout(() => {
      this.#gather = undefined
      void this.#runAll()
    }, gatherMilliseconds).unref()
  }

  /** Delivers what may be delivered now; resolves when nothing more can be. */
  async deliverDue(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.run(() => false)))
  }

  /** Forgets the backlog of sinks that nobody has delivered to for as long as events are kept, because they are configured no more. */
  async sweep(): Promise<void> {
    const { store, clock, keepMilliseconds = 86_400_000 } = this.#options
    const now = clock.real()
    await this.#register(now)
    const known = await store.transaction((tx) => sinkStates.range(tx, { limit: mostSinks }))
    for (const { segments, record } of known) {
      const [name = ''] = segments
      if (this.#loops.some((loop) => loop.name === name) || record.seenAt + keepMilliseconds > now) continue
      await forget(store, name)
    }
  }

  /** Says that the sinks of this process are still there. */
  #register(now: number): Promise<void> {
    return this.#options.store.transaction(async (tx) => {
      for (const { name } of this.#loops) {
        const state: SinkState = (await sinkStates.get(tx, name)) ?? { failures: 0, seenAt: 0 }
        sinkStates.put(tx, { ...state, seenAt: now }, name)
      }
    })
  }

  async #runAll(): Promise<void> {
    await Promise.all(
      this.#loops.map((loop) => loop.run(() => this.#stopped).catch((error: unknown) => this.#tell(loop.name, error))),
    )
  }

  #sweepQuietly(): Promise<void> {
    return this.sweep().catch((error: unknown) => this.#tell('', error))
  }

  #tell(sink: string, error: unknown): void {
    this.#options.onFailure({ sink, reason: error instanceof Error ? error.message : String(error) })
  }
}

async function forget(store: Store, name: string): Promise<void> {
  for (;;) {
    const left = await store.transaction(async (tx) => {
      const rows = await queue.range(tx, { under: [name], limit: page })
      for (const { segments } of rows) queue.delete(tx, ...segments)
      if (rows.length < page) sinkStates.delete(tx, name)
      return rows.length === page
    })
    if (!left) return
  }
}
