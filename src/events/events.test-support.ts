import type { Clock } from '../base/clock.ts'
import { initialise } from '../seal/unseal.ts'
import { devSeal } from '../seal/seals/dev.ts'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { ChangeEvent, EventEnvelope } from './event.ts'
import { queue } from './queue.ts'
import type { Delivery, NamedSink, Sink } from './sink.ts'

/** A clock that stands still until it is told otherwise. */
export class TestClock implements Clock {
  time = Date.UTC(2026, 0, 2, 3, 4, 5)
  real = (): number => this.time
  now = (): number => this.time
}

export async function memoryStore(): Promise<Store> {
  const backend = new MemoryBackend()
  const { barrier } = await initialise(backend, devSeal(), 0)
  return openStore(backend, barrier)
}

export function change(name: string, at: number, more: Partial<ChangeEvent> = {}): ChangeEvent {
  return {
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    account: '111111111111',
    region: 'us-east-1',
    at,
    resources: [`arn:aws:ssm:us-east-1:111111111111:parameter/${name}`],
    detail: { name, type: 'String', operation: 'Create' },
    ...more,
  }
}

/** Takes what `answer` says it takes. */
export class RecordingSink implements Sink {
  readonly taken: EventEnvelope[] = []
  closed = false
  answer: (event: EventEnvelope) => Delivery | Promise<Delivery> = () => ({ taken: true })

  async deliver(events: readonly EventEnvelope[]): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = []
    for (const event of events) {
      const delivery = await this.answer(event)
      if ('taken' in delivery) this.taken.push(event)
      deliveries.push(delivery)
    }
    return deliveries
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }

  names(): readonly unknown[] {
    return this.taken.map(({ detail }) => (detail as { name?: string }).name)
  }
}

export function named(name: string, sink: Sink, more: Partial<NamedSink> = {}): NamedSink {
  return { name, sink, filter: {}, backlog: 1_000, ...more }
}

export async function queued(store: Store, sink: string): Promise<readonly EventEnvelope[]> {
  const rows = await store.transaction((tx) => queue.range(tx, { under: [sink], limit: 10_000 }))
  return rows.map(({ record }) => record.event)
}
