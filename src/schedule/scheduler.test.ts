import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdvancingClock, type Clock } from '../base/clock.ts'
import { childrenOf, keyOf } from '../store/key.ts'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import type { Codec, Store } from '../store/store.ts'
import { advanceThrough } from './advance.ts'
import { cancel, type Due, type DueRecord, dueBetween, dueKey, plan } from './due.ts'
import { ClaimLost, type Job, Scheduler, type SchedulerOptions, type Worker } from './scheduler.ts'

const codec: Codec = {
  encode: (_key, record) => Buffer.from(JSON.stringify(record)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

const start = 1_800_000_000_000

/** Two hands on one watch: what is issued, and what claims go by. */
class Watch implements Clock {
  product = start
  machine = start
  now = () => this.product
  real = () => this.machine
}

interface Failure extends Due {
  readonly attempts: number
  readonly error: unknown
}

function open(options: Partial<SchedulerOptions> = {}) {
  const backend = new MemoryBackend()
  const store = openStore(backend, codec)
  const watch = new Watch()
  const failures: Failure[] = []
  const onFailure = (due: Due, attempts: number, error: unknown) => void failures.push({ ...due, attempts, error })
  const another = (worker: Worker, from: Store = openStore(backend, codec)) => {
    const scheduler = new Scheduler({ store: from, clock: watch, onFailure, claimMilliseconds: 60_000, ...options })
    scheduler.register('work', worker)
    return scheduler
  }
  return { store, watch, failures, another }
}

function due(id: string, at = start): Due {
  return { at, kind: 'work', id }
}

function planAll(store: Store, jobs: readonly Due[]): Promise<void> {
  return store.transaction(async (tx) => {
    for (const job of jobs) plan(tx, job)
  })
}

async function planned(store: Store): Promise<readonly DueRecord[]> {
  const found = await store.transaction((tx) => tx.range<DueRecord>(...childrenOf('due'), { limit: 1000 }))
  return found.map(({ record }) => record)
}

test('each job is done once, however many schedulers share the store', async () => {
  const { store, another } = open()
  const ran: string[] = []
  const schedulers = Array.from({ length: 5 }, () =>
    another(async (job) => {
      await new Promise(setImmediate)
      ran.push(job.id)
    }),
  )
  const jobs = Array.from({ length: 60 }, (_, index) => due(`${index}`, start - index))
  await planAll(store, jobs)
  const counts = await Promise.all(schedulers.map((scheduler) => scheduler.runDue()))
  expect(counts.reduce((sum, count) => sum + count)).toBe(60)
  expect(ran.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
  expect(await planned(store)).toEqual([])
})

test('what is due is done in the order of moments; what is not yet stays', async () => {
  const { store, watch, another } = open()
  const ran: string[] = []
  const scheduler = another(async ({ id }) => void ran.push(id))
  await planAll(store, [due('c', start), due('a', start - 900), due('later', start + 1), due('b', start - 1)])
  expect(await scheduler.runDue()).toBe(3)
  expect(ran).toEqual(['a', 'b', 'c'])
  expect(await scheduler.runDue()).toBe(0)
  watch.product += 1
  expect(await scheduler.runDue()).toBe(1)
})

test('the moments that a range covers are those between its ends', () => {
  const moment = fc.nat({ max: 2_000_000_000_000 })
  fc.assert(
    fc.property(moment, moment, moment, fc.string(), fc.string(), (at, from, until, kind, id) => {
      const [low, high] = dueBetween(kind, from, until)
      const key = dueKey({ at, kind, id })
      expect(key >= low && key < high).toBe(at >= from && at <= until)
    }),
  )
})

test('a moment that is no whole number is a mistake', () => {
  for (const at of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => dueKey(due('a', at))).toThrow('whole')
})

test('a cancelled job is not done', async () => {
  const { store, another } = open()
  const ran: string[] = []
  await planAll(store, [due('a'), due('b')])
  await store.transaction(async (tx) => cancel(tx, due('a')))
  await another(async ({ id }) => void ran.push(id)).runDue()
  expect(ran).toEqual(['b'])
})

test('a job that is cancelled while it is in hand commits nothing', async () => {
  const { store, failures, another } = open()
  await planAll(store, [due('a')])
  const scheduler = another(async (job) => {
    await store.transaction(async (tx) => cancel(tx, due('a')))
    await store.transaction(async (tx) => {
      await job.finish(tx)
      tx.put(keyOf('effect'), {})
    })
  })
  await scheduler.runDue()
  expect(await store.transaction((tx) => tx.get(keyOf('effect')))).toBeUndefined()
  expect(failures.map(({ error }) => error)).toEqual([expect.any(ClaimLost)])
  expect(await planned(store)).toEqual([])
})

test('what finishes a job is committed with it, or not at all', async () => {
  const { store, failures, another } = open()
  await planAll(store, [due('a')])
  const scheduler = another((job) =>
    store.transaction(async (tx) => {
      await job.finish(tx)
      tx.put(keyOf('effect'), { attempt: job.attempts })
      if (job.attempts === 0) throw new Error('not yet')
    }),
  )
  await scheduler.runDue()
  expect(await store.transaction((tx) => tx.get(keyOf('effect')))).toBeUndefined()
  expect(await planned(store)).toHaveLength(1)
  expect(failures).toMatchObject([{ id: 'a', attempts: 1 }])
})

test('failing work is tried again after growing pauses, with its own moment and the number of its attempts', async () => {
  const { store, watch, failures, another } = open()
  const jobs: Job[] = []
  const pauses: number[] = []
  const scheduler = another(async (job) => {
    jobs.push(job)
    throw new Error('away')
  })
  await planAll(store, [due('a')])
  for (let attempt = 0; attempt < 14; attempt++) {
    expect(await scheduler.runDue()).toBe(1)
    expect(await scheduler.runDue()).toBe(0)
    const next = (await scheduler.nextDue(watch.product + 86_400_000)) as number
    pauses.push((next - watch.product) / 1000)
    watch.product = next
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
  expect(jobs.map(({ at, attempts }) => [at, attempts])).toEqual(pauses.map((_, attempt) => [start, attempt]))
  expect(failures.at(-1)).toMatchObject({ kind: 'work', id: 'a', attempts: 14 })
  await store.transaction(async (tx) => cancel(tx, due('a')))
  watch.product += 86_400_000
  expect(await scheduler.runDue()).toBe(0)
})

test('a claim holds as long as it says, then another process takes over, and the first commits nothing', async () => {
  const { store, watch, failures, another } = open()
  await planAll(store, [due('a')])
  const paused = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const effects: string[] = []
  const slow = another(async (job) => {
    begun.resolve()
    await paused.promise
    await store.transaction(async (tx) => {
      await job.finish(tx)
      effects.push('slow')
    })
  })
  const quick = another(async (job) => {
    await store.transaction(async (tx) => {
      await job.finish(tx)
      effects.push('quick')
    })
  })
  const first = slow.runDue()
  await begun.promise
  watch.machine += 59_999
  expect(await quick.runDue()).toBe(0)
  watch.machine += 1
  expect(await quick.runDue()).toBe(1)
  paused.resolve()
  await first
  expect(effects).toEqual(['quick'])
  expect(failures.map(({ error }) => error)).toEqual([expect.any(ClaimLost)])
  expect(await planned(store)).toEqual([])
})

test('a job that does not end counts as failed when its claim is over, and does not hold up what comes up meanwhile', async () => {
  const { store, watch, failures, another } = open({ claimMilliseconds: 30, pollMilliseconds: 5 })
  const ran: string[] = []
  const scheduler = another(async ({ id }) => {
    if (id === 'stuck') await new Promise(() => {})
    ran.push(id)
  })
  await planAll(store, [due('stuck')])
  const run = scheduler.runDue()
  await new Promise(setImmediate)
  await planAll(store, [due('meanwhile', start - 5)])
  scheduler.wake()
  expect(await run).toBe(2)
  expect(ran).toEqual(['meanwhile'])
  expect(failures).toMatchObject([{ id: 'stuck', attempts: 1 }])
  expect(await scheduler.nextDue(watch.product + 5000)).toBe(watch.product + 1000)
})

test('work of unknown kinds stays where it is and holds nothing up', async () => {
  const { store, watch, another } = open()
  const ran: string[] = []
  const scheduler = another(async ({ id }) => void ran.push(id))
  const unknown = Array.from({ length: 250 }, (_, index) => ({ at: start - 1000, kind: 'unknown', id: `${index}` }))
  await planAll(store, [...unknown, due('a'), due('b', start + 500)])
  expect(await scheduler.runDue()).toBe(1)
  expect(await planned(store)).toHaveLength(251)
  expect(await scheduler.nextDue(start + 10_000)).toBe(start + 500)
  watch.product += 500
  expect(await scheduler.runDue()).toBe(1)
  expect(ran).toEqual(['a', 'b'])
  expect(await scheduler.nextDue(start + 10_000)).toBeUndefined()
})

test('work that plans work due at once has it done in the same run', async () => {
  const { store, another } = open()
  const ran: string[] = []
  const scheduler = another(async (job) => {
    ran.push(job.id)
    await store.transaction(async (tx) => {
      await job.finish(tx)
      if (job.id !== '0') plan(tx, due(`${Number(job.id) - 1}`))
    })
  })
  await planAll(store, [due('20')])
  expect(await scheduler.runDue()).toBe(21)
  expect(ran.at(-1)).toBe('0')
})

test('a run that the store fails rejects, and the next one goes on', async () => {
  const { store, another } = open()
  let commits = 0
  const failing: Store = {
    ...store,
    transaction: (work, options) =>
      store.transaction(async (tx) => {
        const result = await work(tx)
        if (tx.writes && ++commits <= 2) throw new Error('disk full')
        return result
      }, options),
  }
  const ran: string[] = []
  const scheduler = another(async ({ id }) => void ran.push(id), failing)
  await planAll(store, [due('a')])
  await expect(scheduler.runDue()).rejects.toThrow('disk full')
  await expect(scheduler.runDue()).rejects.toThrow('disk full')
  expect(await scheduler.runDue()).toBe(1)
  expect(ran).toEqual(['a'])
})

test('a started scheduler finds what is planned when it is woken, and leaves the event loop free over a backlog', async () => {
  const { store, another } = open({ pollMilliseconds: 60_000 })
  const jobs = Array.from({ length: 500 }, (_, index) => due(`${index}`))
  await planAll(store, jobs)
  let ran = 0
  let all = Promise.withResolvers<void>()
  let wanted = jobs.length
  const scheduler = another(async () => {
    if (++ran === wanted) all.resolve()
  })
  let turns = 0
  let counting = true
  const count = () => {
    turns++
    if (counting) setImmediate(count)
  }
  count()
  scheduler.start()
  expect(ran).toBe(0)
  await all.promise
  counting = false
  expect(turns).toBeGreaterThan(4)
  all = Promise.withResolvers<void>()
  wanted = jobs.length + 1
  await planAll(store, [due('one more')])
  scheduler.wake()
  await all.promise
  await scheduler.stop()
})

test('a started scheduler does what comes up by itself', async () => {
  const { store, watch, another } = open({ pollMilliseconds: 10 })
  const done = Promise.withResolvers<void>()
  const scheduler = another(async () => done.resolve())
  scheduler.start()
  await planAll(store, [due('a', start + 1)])
  watch.product += 1
  await done.promise
  await scheduler.stop()
})

test('a started scheduler survives a store that is away', async () => {
  const { store, failures, another } = open({ pollMilliseconds: 1 })
  let away = 3
  const shaky: Store = {
    ...store,
    transaction: (work, options) =>
      away-- > 0 ? Promise.reject(new Error('connection lost')) : store.transaction(work, options),
  }
  const done = Promise.withResolvers<void>()
  const scheduler = another(async () => done.resolve(), shaky)
  await planAll(store, [due('a')])
  scheduler.start()
  await done.promise
  await scheduler.stop()
  expect(failures.length).toBeGreaterThanOrEqual(2)
  expect(failures[0]).toMatchObject({ kind: 'schedule' })
})

test('stop waits for the jobs in hand, begins no others, and nothing runs afterwards', async () => {
  const { store, another } = open({ pollMilliseconds: 1 })
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const ended: string[] = []
  const scheduler = another(async ({ id }) => {
    begun.resolve()
    await held.promise
    ended.push(id)
  })
  await planAll(
    store,
    Array.from({ length: 50 }, (_, index) => due(`${index}`)),
  )
  scheduler.start()
  await begun.promise
  let stopped = false
  const stop = scheduler.stop().then(() => {
    stopped = true
  })
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(stopped).toBe(false)
  held.resolve()
  await stop
  expect(ended.length).toBeLessThanOrEqual(8)
  const left = await planned(store)
  expect(left).toHaveLength(50 - ended.length)
  scheduler.wake()
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(await planned(store)).toEqual(left)
  scheduler.start()
  await expect.poll(() => ended.length).toBe(50)
  await scheduler.stop()
})

function openAdvancing(worker: (job: Job, store: Store, clock: AdvancingClock) => Promise<void>) {
  const clock = new AdvancingClock()
  const store = openStore(new MemoryBackend(), codec)
  const scheduler = new Scheduler({ store, clock, onFailure: () => {} })
  scheduler.register('work', (job) => worker(job, store, clock))
  return { clock, store, scheduler }
}

const hour = 3_600_000

test('advancing visits every due moment in order, those of work planned by work included', async () => {
  const visits: [string, number][] = []
  const { clock, store, scheduler } = openAdvancing(async (job, at, now) => {
    visits.push([job.id, now.now() - job.at])
    if (job.id !== 'daily') return
    await at.transaction(async (tx) => {
      await job.finish(tx)
      plan(tx, { ...job, at: job.at + 24 * hour })
    })
  })
  const begin = clock.now()
  await planAll(store, [due('daily', begin + hour), due('b', begin + 30 * hour), due('a', begin + 26 * hour)])
  await planAll(store, [{ at: begin + 2 * hour, kind: 'unknown', id: 'u' }, due('beyond', begin + 101 * hour)])
  expect(await advanceThrough(clock, scheduler, begin + 100 * hour)).toBe(7)
  expect(visits.map(([id]) => id)).toEqual(['daily', 'daily', 'a', 'b', 'daily', 'daily', 'daily'])
  // The machine's own clock goes on meanwhile.
  for (const [, late] of visits) expect(late).toBeLessThan(hour)
  expect(clock.now()).toBeGreaterThanOrEqual(begin + 100 * hour)
})

test('advancing tries failing work again on its way, and ends', async () => {
  let tries = 0
  const { clock, store, scheduler } = openAdvancing(async () => {
    tries++
    throw new Error('away')
  })
  const begin = clock.now()
  await planAll(store, [due('a', begin)])
  await advanceThrough(clock, scheduler, begin + 24 * hour)
  expect(tries).toBeGreaterThan(90)
  expect(tries).toBeLessThan(120)
})

test('advancing goes past work that a process that died has claimed', async () => {
  const ran: string[] = []
  const { clock, store, scheduler } = openAdvancing(async ({ id }) => void ran.push(id))
  const begin = clock.now()
  const claim = { by: 'another', until: begin + 1000 * hour }
  await store.transaction(async (tx) => tx.put(dueKey(due('dead', begin)), { ...due('dead', begin), claim }))
  await planAll(store, [due('a', begin + hour), due('b', begin + 2 * hour)])
  expect(await advanceThrough(clock, scheduler, begin + 3 * hour)).toBe(2)
  expect(ran).toEqual(['a', 'b'])
})

test('an extended claim is held for as long again, by whoever still has it', async () => {
  const { store, watch, failures, another } = open()
  const going = Promise.withResolvers<void>()
  const held = Promise.withResolvers<Job>()
  const first = another(async (job) => {
    held.resolve(job)
    await going.promise
  })
  const second = another(async () => {})
  await planAll(store, [due('long')])
  const running = first.runDue()
  const job = await held.promise
  watch.machine += 50_000
  await job.extend()
  await store.transaction((tx) => job.check(tx))
  watch.machine += 50_000
  expect(await second.runDue()).toBe(0)
  watch.machine += 20_000
  expect(await second.runDue()).toBe(1)
  await expect(job.extend()).rejects.toThrow(ClaimLost)
  await expect(store.transaction((tx) => job.check(tx))).rejects.toThrow(ClaimLost)
  going.resolve()
  await running
  expect(failures).toEqual([])
})

test('kinds with a bound of their own keep to it, and leave the others their places', async () => {
  const { store, another } = open()
  let most = 0
  let now = 0
  const other = Promise.withResolvers<void>()
  const scheduler = another(async () => other.resolve())
  scheduler.register(
    'slow',
    async () => {
      most = Math.max(most, ++now)
      await other.promise
      now--
    },
    { atOnce: 20 },
  )
  const slow = Array.from({ length: 150 }, (_, index) => ({ at: start - 1, kind: 'slow', id: `${index}` }))
  await planAll(store, [...slow, due('quick')])
  expect(await scheduler.runDue()).toBe(151)
  expect(most).toBe(20)
})

test('a backlog of one kind is nothing to those who look for another', async () => {
  const { another } = open({ pollMilliseconds: 60_000 })
  let read = 0
  class Watched extends MemoryBackend {
    override async range(...bounds: Parameters<MemoryBackend['range']>) {
      const found = await super.range(...bounds)
      read += found.length
      return found
    }
  }
  const store = openStore(new Watched(), codec)
  const held = Promise.withResolvers<void>()
  const quick = Promise.withResolvers<void>()
  const scheduler = another(async () => quick.resolve(), store)
  scheduler.register('slow', () => held.promise, { atOnce: 1 })
  const slow = Array.from({ length: 900 }, (_, index) => ({ at: start - 1000 + index, kind: 'slow', id: `${index}` }))
  await planAll(store, slow)
  scheduler.start()
  await expect.poll(() => read).toBeGreaterThan(0)
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  read = 0
  await planAll(store, [due('quick')])
  scheduler.wake()
  await quick.promise
  expect(read).toBeLessThan(10)
  const stopped = scheduler.stop()
  held.resolve()
  await stopped
})

test('many jobs are left to somebody else while he takes them, few are done', async () => {
  const { store, watch, failures } = open()
  const done: string[] = []
  let takes = true
  let asked = 0
  const overflow = {
    from: 5,
    takes: () => {
      asked++
      return takes
    },
  }
  const scheduler = new Scheduler({
    store,
    clock: watch,
    onFailure: (...failure) => void failures.push(failure as never),
  })
  scheduler.register('work', async ({ id }) => void done.push(id), { overflow })
  scheduler.register('other', async ({ id }) => void done.push(`other ${id}`))
  await planAll(store, [...['a', 'b', 'c', 'd'].map((id) => due(id)), { ...due('x'), kind: 'other' }])
  expect(await scheduler.runDue()).toBe(5)
  expect([done.toSorted(), asked]).toEqual([['a', 'b', 'c', 'd', 'other x'], 0])
  const many = Array.from({ length: 60 }, (_, index) => `m${index}`)
  await planAll(store, [...many.map((id) => due(id)), { ...due('y'), kind: 'other' }])
  expect(await scheduler.runDue()).toBe(1)
  expect(done.at(-1)).toBe('other y')
  takes = false
  expect(await scheduler.runDue()).toBe(60)
  expect(done.slice(6).toSorted()).toEqual(many.toSorted())
  expect(failures).toEqual([])
})
