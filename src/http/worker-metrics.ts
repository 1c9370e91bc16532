import type { Metrics } from './metrics.ts'
import { type Figures, workersText } from './metrics-text.ts'

/** One end of the channel between a serving process and the one that started it. */
export interface Channel {
  /** What cannot be delivered is lost: whoever waits for an answer waits for a bounded time. */
  send(message: object, lost: (error: Error | null) => void): unknown
  on(event: 'message', hear: (message: unknown) => void): unknown
}

/** From a serving process: it is asked for the figures of all, or tells its own. */
type Upward =
  | { readonly metrics: 'ask' }
  | { readonly metrics: 'tell'; readonly round: number; readonly figures: Figures }

/** To a serving process: it is to tell its own figures, or learns those of all that told theirs, by their numbers. */
type Downward =
  | { readonly metrics: 'tell'; readonly round: number }
  | { readonly metrics: 'all'; readonly figures: readonly (readonly [worker: number, Figures])[] }

const send = (channel: Channel, message: Upward | Downward): void => void channel.send(message, () => {})

interface Asked {
  readonly answer: Promise<string>
  readonly resolve: (text: string) => void
}

/** What `/metrics` answers in each of several serving processes. Where the one above them is silent, it tells of its own figures alone. */
export function workerMetrics(
  metrics: Metrics,
  channel: Channel,
  { worker, workers, waitMilliseconds = 2_000 }: { worker: number; workers: number; waitMilliseconds?: number },
): () => Promise<string> {
  let asked: Asked | undefined
  const answer = (figures: readonly (readonly [number, Figures])[]): void => {
    asked?.resolve(workersText(new Map([...figures, [worker, metrics.figures()]]), workers))
    asked = undefined
  }
  channel.on('message', (message) => {
    const heard = message as Partial<Downward>
    if (heard.metrics === 'tell') {
      send(channel, { metrics: 'tell', round: Number(heard.round), figures: metrics.figures() })
    }
    if (heard.metrics === 'all' && heard.figures) answer(heard.figures)
  })
  return () => {
    if (asked) return asked.answer
    const { promise, resolve } = Promise.withResolvers<string>()
    const timer = setTimeout(() => answer([]), waitMilliseconds)
    asked = { answer: promise.finally(() => clearTimeout(timer)), resolve }
    send(channel, { metrics: 'ask' })
    return asked.answer
  }
}

/** Who asks while figures are being collected is answered with the others. */
interface Round {
  readonly number: number
  readonly asking: Set<Channel>
  readonly missing: Set<number>
  readonly figures: Map<number, Figures>
  readonly timer: NodeJS.Timeout
}

export interface MetricsExchange {
  /** A process that serves, by its number. */
  join(worker: number, channel: Channel): void
  leave(worker: number): void
}

/** Collects, above the serving processes, what each has counted, when one of them asks. It waits for none longer than said. */
export function exchangeMetrics(waitMilliseconds = 1_000): MetricsExchange {
  const channels = new Map<number, Channel>()
  let round: Round | undefined
  let rounds = 0

  const finish = (): void => {
    if (!round) return
    const { asking, figures, timer } = round
    clearTimeout(timer)
    round = undefined
    for (const channel of asking) send(channel, { metrics: 'all', figures: [...figures] })
  }
  const collect = (): Round => {
    const number = ++rounds
    for (const channel of channels.values()) send(channel, { metrics: 'tell', round: number })
    const timer = setTimeout(finish, waitMilliseconds)
    return { number, asking: new Set(), missing: new Set(channels.keys()), figures: new Map(), timer }
  }
  const noLongerMissing = (worker: number): void => {
    if (round?.missing.delete(worker) && round.missing.size === 0) finish()
  }

  return {
    join(worker, channel) {
      channels.set(worker, channel)
      channel.on('message', (message) => {
        const heard = message as Partial<Upward>
        if (heard.metrics === 'ask') {
          round ??= collect()
          round.asking.add(channel)
        }
        if (heard.metrics === 'tell' && heard.figures && heard.round === round?.number) {
          round?.figures.set(worker, heard.figures)
          noLongerMissing(worker)
        }
      })
    },
    leave(worker) {
      channels.delete(worker)
      noLongerMissing(worker)
    },
  }
}
