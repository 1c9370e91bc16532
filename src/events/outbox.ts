import { uuid } from '../base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { Transaction } from '../store/store.ts'
import { type ChangeEvent, envelopeOf } from './event.ts'
import { enqueue } from './queue.ts'
import { accepts, type NamedSink } from './sink.ts'

/** Where rooms tell of changes. Absent altogether where nobody listens, so that a change costs nothing more then. */
export interface ChangeEvents {
  /** Whether anybody listens to such events: ask before computing a costly detail. */
  wants(source: string, detailType: string): boolean
  /** Adds an event to the transaction of its change: both are committed or neither. */
  emit(tx: Transaction, event: ChangeEvent): void
}

/** Writes one row for each sink that wants an event. `wake` is called after the commit. */
export function openEvents(
  sinks: readonly Pick<NamedSink, 'name' | 'filter'>[],
  clock: Clock,
  wake: () => void,
): ChangeEvents | undefined {
  if (sinks.length === 0) return undefined
  return {
    wants: (source, detailType) => sinks.some(({ filter }) => accepts(filter, { source, detailType })),
    emit(tx, change) {
      const wanting = sinks.filter(({ filter }) => accepts(filter, change))
      if (wanting.length === 0) return
      const event = envelopeOf(uuid(), change)
      const now = clock.real()
      for (const { name } of wanting) enqueue(tx, name, now, { event, attempts: 0 })
      tx.afterCommit(wake)
    },
  }
}
