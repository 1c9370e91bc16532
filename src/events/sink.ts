import type { ChangeEvent, EventEnvelope } from './event.ts'

/**
 * What became of one event. `refused` is about this event, others may fare better; `unavailable` is about the sink, which is
 * left alone for a while; `untried` were not sent because of that, or because the time was up.
 */
export type Delivery =
  | { readonly taken: true }
  | { readonly failed: 'refused' | 'unavailable'; readonly reason: string }
  | { readonly failed: 'untried' }

/** Takes events, oldest first, and says of each what became of it. Must not reject. */
export interface Sink {
  deliver(events: readonly EventEnvelope[]): Promise<readonly Delivery[]>
  close(): Promise<void>
}

/** Which events a sink is for. Absent: all of them. */
export interface EventFilter {
  readonly sources?: readonly string[] | undefined
  readonly detailTypes?: readonly string[] | undefined
}

/** A sink under the name that its backlog is kept by. */
export interface NamedSink {
  /** Lower-case letters, digits and hyphens; stays the same when the sink's other settings change. */
  readonly name: string
  readonly filter: EventFilter
  readonly sink: Sink
  /** How many undelivered events are kept: beyond, the oldest go. */
  readonly backlog: number
}

export function accepts(
  { sources, detailTypes }: EventFilter,
  { source, detailType }: Pick<ChangeEvent, 'source' | 'detailType'>,
): boolean {
  return (sources?.includes(source) ?? true) && (detailTypes?.includes(detailType) ?? true)
}
