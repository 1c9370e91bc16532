import { expect, test } from 'vitest'
import type { Store } from '../store/store.ts'
import { EventDispatcher } from './dispatcher.ts'
import type { ChangeEvent } from './event.ts'
import { change, memoryStore, named, queued, RecordingSink, TestClock } from './events.test-support.ts'
import { openEvents } from './outbox.ts'
import { sinkStates } from './queue.ts'
import type { NamedSink } from './sink.ts'

interface Setup {
  readonly store: Store
  readonly clock: TestClock
  readonly failures: { readonly sink: string; readonly reason: string }[]
  readonly emit: (...changes: readonly ChangeEvent[]) => Promise<void>
  readonly dispatcher: (sinks?: readonly NamedSink[]) => EventDispatcher
}

async function setUp(sinks: readonly NamedSink[]): Promise<Setup> {
  const store = await memoryStore()
  const clock = new TestClock()
  const failures: { sink: string; reason: string }[] = []
  const events = openEvents(sinks, clock, () => undefined)
  return {
    store,
    clock,
    failures,
    async emit(...changes) {
      for (const one of changes) {
        await store.transaction(async (tx) => events?.emit(tx, one))
        clock.time += 1
      }
    },
    dispatcher: (own = sinks) =>
      new EventDispatcher(own, {
        store,
        clock,
        account: '000000000000',
        region: 'us-east-1',
        onFailure: (facts) => failures.push(facts),
      }),
  }
}

const unavailable = () => ({ failed: 'unavailable', reason: 'gone' }) as const

test('an event arrives in EventBridge’s envelope, once, in the order of commits', async () => {
  const sink = new RecordingSink()
  const { store, clock, emit, dispatcher } = await setUp([named('a', sink)])
  const at = clock.time
  await emit(change('one', at), change('two', at + 5))
  const own = dispatcher()
  await own.deliverDue()
  await own.deliverDue()
  expect(sink.taken).toEqual([
    {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Parameter Store Change',
      source: 'aws.ssm',
      account: '111111111111',
      time: '2026-01-02T03:04:05Z',
      region: 'us-east-1',
      resources: ['arn:aws:ssm:us-east-1:111111111111:parameter/one'],
      detail: { name: 'one', type: 'String', operation: 'Create' },
    },
    expect.objectContaining({ detail: { name: 'two', type: 'String', operation: 'Create' } }),
  ])
  expect(await queued(store, 'a')).toEqual([])
})

test('a change that is not committed sends nothing', async () => {
  const sink = new RecordingSink()
  const sinks = [named('a', sink)]
  const { store, clock, dispatcher } = await setUp(sinks)
  const events = openEvents(sinks, clock, () => undefined)
  const failing = store.transaction(async (tx) => {
    events?.emit(tx, change('one', clock.time))
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await dispatcher().deliverDue()
  expect(sink.taken).toEqual([])
})

test('without sinks there is nobody to tell', () => {
  expect(openEvents([], new TestClock(), () => undefined)).toBeUndefined()
})

test('filters choose by source and detail type', async () => {
  const all = new RecordingSink()
  const secrets = new RecordingSink()
  const actions = new RecordingSink()
  const sinks = [
    named('all', all),
    named('secrets', secrets, { filter: { sources: ['aws.secretsmanager'] } }),
    named('actions', actions, { filter: { detailTypes: ['Parameter Store Policy Action'] } }),
  ]
  const { clock, emit, dispatcher } = await setUp(sinks)
  const events = openEvents(sinks.slice(1), clock, () => undefined)
  expect(events?.wants('aws.ssm', 'Parameter Store Change')).toBe(false)
  expect(events?.wants('aws.ssm', 'Parameter Store Policy Action')).toBe(true)
  await emit(
    change('one', clock.time),
    change('two', clock.time, { source: 'aws.secretsmanager' }),
    change('three', clock.time, { detailType: 'Parameter Store Policy Action' }),
  )
  await dispatcher().deliverDue()
  expect(all.names()).toEqual(['one', 'two', 'three'])
  expect(secrets.names()).toEqual(['two'])
  expect(actions.names()).toEqual(['three'])
})

test('a sink that is gone holds up no other, is left alone for a while, and gets everything when it is back', async () => {
  const gone = new RecordingSink()
  const here = new RecordingSink()
  let tried = 0
  gone.answer = () => {
    tried++
    return unavailable()
  }
  const { clock, failures, emit, dispatcher } = await setUp([named('gone', gone), named('here', here)])
  await emit(change('one', clock.time))
  const own = dispatcher()
  await own.deliverDue()
  await own.deliverDue()
  expect(here.names()).toEqual(['one'])
  expect(tried).toBe(1)
  expect(failures).toEqual([{ sink: 'gone', reason: 'gone' }])
  gone.answer = () => ({ taken: true })
  clock.time += 1_000
  await own.deliverDue()
  expect(gone.names()).toEqual(['one'])
})

test('pauses grow to five minutes', async () => {
  const sink = new RecordingSink()
  sink.answer = unavailable
  const { store, clock, emit, dispatcher } = await setUp([named('a', sink)])
  await emit(change('one', clock.time))
  const own = dispatcher()
  const pauses: number[] = []
  for (let attempt = 0; attempt < 12; attempt++) {
    await own.deliverDue()
    const state = await store.transaction((tx) => sinkStates.get(tx, 'a'))
    const pause = (state?.pausedUntil ?? 0) - clock.time
    pauses.push(pause)
    clock.time += 300_000
  }
  pauses.forEach((pause, index) => {
    const whole = Math.min(300_000, 1_000 * 2 ** index)
    expect(pause).toBeGreaterThanOrEqual(whole / 2)
    expect(pause).toBeLessThanOrEqual(whole)
  })
})

test('an event that a sink refuses does not hold up those behind it', async () => {
  const sink = new RecordingSink()
  sink.answer = ({ detail }) =>
    (detail as { name: string }).name === 'bad' ? { failed: 'refused', reason: 'status 400' } : { taken: true }
  const { store, clock, emit, dispatcher } = await setUp([named('a', sink)])
  await emit(change('bad', clock.time), change('good', clock.time))
  const own = dispatcher()
  await own.deliverDue()
  expect(sink.names()).toEqual(['good'])
  expect(await queued(store, 'a')).toHaveLength(1)
  clock.time += 86_400_000 + 10_000
  await emit(change('later', clock.time))
  await own.deliverDue()
  expect(sink.names()).toEqual(['good', 'later', undefined])
  expect(sink.taken.at(-1)).toMatchObject({
    source: 'keyturn',
    'detail-type': 'Keyturn Events Dropped',
    detail: { sink: 'a', count: 1, oldest: '2026-01-02T03:04:05Z', newest: '2026-01-02T03:04:05Z' },
  })
  expect(await queued(store, 'a')).toEqual([])
})

test('an event that breaks its receiver does not hold up those behind it', async () => {
  const sink = new RecordingSink()
  sink.answer = ({ detail }) => ((detail as { name: string }).name === 'bad' ? unavailable() : { taken: true })
  const { clock, emit, dispatcher } = await setUp([named('a', sink)])
  await emit(change('bad', clock.time))
  const own = dispatcher()
  await own.deliverDue()
  clock.time += 1_000
  await emit(change('good', clock.time))
  await own.deliverDue()
  clock.time += 1_000
  await emit(change('next', clock.time))
  await own.deliverDue()
  expect(sink.names()).toEqual(['good', 'next'])
})

test('a full backlog loses its oldest events, and the sink is told how many', async () => {
  const sink = new RecordingSink()
  sink.answer = unavailable
  const { store, clock, emit, dispatcher } = await setUp([named('a', sink, { backlog: 5 })])
  const own = dispatcher()
  for (let round = 0; round < 4; round++) {
    const names = Array.from({ length: 4 }, (_, index) => `${round * 4 + index}`)
    await emit(...names.map((name) => change(name, clock.time)))
    await own.deliverDue()
    clock.time += 300_000
  }
  expect(await queued(store, 'a')).toHaveLength(5)
  sink.answer = () => ({ taken: true })
  clock.time += 300_000
  await own.deliverDue()
  const [notice, ...kept] = sink.taken
  expect(notice).toMatchObject({ 'detail-type': 'Keyturn Events Dropped', detail: { count: 12 } })
  expect(kept).toHaveLength(4)
  expect(sink.names().slice(1)).toEqual(['12', '13', '14', '15'])
  expect(await queued(store, 'a')).toEqual([])
})

test('what is not delivered survives a restart', async () => {
  const sink = new RecordingSink()
  const setup = await setUp([named('a', sink)])
  await setup.emit(change('one', setup.clock.time))
  const first = setup.dispatcher()
  await first.stop()
  expect(sink.closed).toBe(true)
  const second = new RecordingSink()
  await setup.dispatcher([named('a', second)]).deliverDue()
  expect(second.names()).toEqual(['one'])
})

test('processes take turns at a sink; one that is slow or dead loses its turn', async () => {
  const slow = new RecordingSink()
  const other = new RecordingSink()
  const { clock, emit, dispatcher } = await setUp([named('a', slow)])
  await emit(change('one', clock.time))
  const hung = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  slow.answer = async () => {
    asked.resolve()
    await hung.promise
    return { taken: true }
  }
  const running = dispatcher().deliverDue()
  await asked.promise
  const second = dispatcher([named('a', other)])
  await second.deliverDue()
  expect(other.taken).toEqual([])
  clock.time += 60_000
  await second.deliverDue()
  expect(other.names()).toEqual(['one'])
  hung.resolve()
  await running
  await second.deliverDue()
  expect(other.names()).toEqual(['one'])
})

test('the backlog of a sink that is configured no more goes after a day', async () => {
  const { store, clock, emit, dispatcher } = await setUp([
    named('old', new RecordingSink()),
    named('new', new RecordingSink()),
  ])
  await dispatcher().sweep()
  await emit(change('one', clock.time))
  const own = dispatcher([named('new', new RecordingSink())])
  await own.sweep()
  expect(await queued(store, 'old')).toHaveLength(1)
  clock.time += 86_400_001
  await own.sweep()
  expect(await queued(store, 'old')).toEqual([])
  expect(await queued(store, 'new')).toHaveLength(1)
})

test('many events go out in order over many batches', async () => {
  const sink = new RecordingSink()
  const { clock, emit, dispatcher } = await setUp([named('a', sink)])
  await emit(...Array.from({ length: 350 }, (_, index) => change(`${index}`, clock.time)))
  await dispatcher().deliverDue()
  expect(sink.names()).toEqual(Array.from({ length: 350 }, (_, index) => `${index}`))
})

test('a commit wakes the dispatcher', async () => {
  const sink = new RecordingSink()
  const arrived = Promise.withResolvers<void>()
  sink.answer = () => {
    arrived.resolve()
    return { taken: true }
  }
  const { store, clock, dispatcher } = await setUp([named('a', sink)])
  const own = dispatcher()
  own.start()
  const events = openEvents([named('a', sink)], clock, own.wake)
  await store.transaction(async (tx) => events?.emit(tx, change('one', clock.time)))
  await arrived.promise
  await own.stop()
  expect(sink.names()).toEqual(['one'])
})
