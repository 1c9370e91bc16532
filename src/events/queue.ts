import { uuid } from '../base/ids.ts'
import type { Transaction } from '../store/store.ts'
import { type Row, table } from '../store/table.ts'
import { type ChangeEvent, type EventEnvelope, envelopeOf } from './event.ts'

/** An event that a sink does not have yet. */
export interface QueuedEvent {
  readonly event: EventEnvelope
  /** How often its delivery failed. */
  readonly attempts: number
}

/** How a sink stands: who delivers to it until when, and since when it is in trouble. Times are real milliseconds. */
export interface SinkState {
  readonly claim?: { readonly by: string; readonly until: number }
  /** Deliveries that failed since the last one that was taken. */
  readonly failures: number
  readonly pausedUntil?: number
  /** When somebody last delivered to it, for clearing up after sinks that are configured no more. */
  readonly seenAt: number
}

/** By sink, the moment from which it may be tried (16 digits), and id. One row for each event and sink. */
export const queue = table<QueuedEvent>({ name: 'events/queue', version: 1 })
/** By sink. */
export const sinkStates = table<SinkState>({ name: 'events/sink', version: 1 })

const width = 16

export function timeText(milliseconds: number): string {
  return String(milliseconds).padStart(width, '0')
}

export function enqueue(tx: Transaction, sink: string, dueAt: number, queued: QueuedEvent): void {
  queue.put(tx, queued, sink, timeText(dueAt), queued.event.id)
}

/** Sorts before every event: there is one such notice at most, and it goes out first. */
const noticePlace = timeText(0)
const noticeId = 'dropped'
const droppedType = 'Keyturn Events Dropped'

/** Whether a row is the notice of what a sink missed, which is never dropped itself. */
export function isNotice({ segments }: Row<QueuedEvent>): boolean {
  return segments[1] === noticePlace
}

interface DroppedDetail {
  readonly sink: string
  readonly count: number
  /** Times of the oldest and the newest event that the sink will not get. */
  readonly oldest: string
  readonly newest: string
}

/**
 * Tells a sink, once it takes events again, how many it missed. Notices that were not delivered become one, so a sink that
 * stays away costs one row.
 */
export async function noteDropped(
  tx: Transaction,
  sink: string,
  dropped: readonly EventEnvelope[],
  about: Pick<ChangeEvent, 'account' | 'region' | 'at'>,
): Promise<void> {
  if (dropped.length === 0) return
  const known = (await queue.get(tx, sink, noticePlace, noticeId))?.event.detail as DroppedDetail | undefined
  const times = dropped.map(({ time }) => time).toSorted()
  if (known) times.unshift(known.oldest)
  const detail: DroppedDetail = {
    sink,
    count: dropped.length + (known?.count ?? 0),
    oldest: times[0] as string,
    newest: times.at(-1) as string,
  }
  const event = envelopeOf(uuid(), { ...about, source: 'keyturn', detailType: droppedType, resources: [], detail })
  queue.put(tx, { event, attempts: 0 }, sink, noticePlace, noticeId)
}
