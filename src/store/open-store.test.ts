import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { HeldBackend, HeldLocalBackend } from './held-backend.test-support.ts'
import { childrenOf, keyOf } from './key.ts'
import { MemoryBackend } from './memory.ts'
import { openStore } from './open-store.ts'
import type { Codec, Store } from './store.ts'
import { jsonCodec } from './store-conformance.ts'

const key = keyOf('a')
const value = (store: Store, of = key): Promise<unknown> =>
  store.transaction(async (tx) => (await tx.get<{ value: number }>(of))?.value)
const set = (store: Store, to: number, of = key): Promise<void> =>
  store.transaction(async (tx) => tx.put(of, { value: to }))

for (const Held of [HeldBackend, HeldLocalBackend]) {
  const make = (): { held: HeldBackend; store: Store; other: Store } => {
    const memory = new MemoryBackend()
    const held = new Held(memory)
    return { held, store: openStore(held, jsonCodec), other: openStore(memory, jsonCodec) }
  }

  test(`${Held.name}: a value read before a commit of another process does not stay after it`, async () => {
    const { held, store, other } = make()
    await set(other, 1)
    await store.look()
    held.holding.add('get')
    const reading = value(store)
    await held.held(1)
    await set(other, 2)
    const { head } = await store.look()
    expect(head).toBe(2)
    held.holding.clear()
    held.release()
    expect(await reading).toBe(2)
    expect(await value(store)).toBe(2)
  })

  test(`${Held.name}: a value read before a commit of the same process does not stay after it`, async () => {
    const { held, store } = make()
    await set(store, 1)
    const cold = openStore(held, jsonCodec)
    held.holding.add('get')
    const reading = value(cold)
    await held.held(1)
    held.holding.clear()
    await set(cold, 2)
    held.release()
    expect(await reading).toBe(2)
    expect(await value(cold)).toBe(2)
  })

  test(`${Held.name}: an absence read before a commit does not stay after it`, async () => {
    const { held, store, other } = make()
    held.holding.add('get')
    const reading = value(store)
    await held.held(1)
    await set(other, 1)
    held.holding.clear()
    held.release()
    expect(await reading).toBe(1)
    expect(await value(store)).toBe(1)
  })

  test(`${Held.name}: a value read from a range before a commit does not stay after it`, async () => {
    const { held, store, other } = make()
    const child = keyOf('parent', 'child')
    await set(other, 1, child)
    held.holding.add('range')
    const reading = store.transaction(async (tx) => {
      const found = await tx.range<{ value: number }>(...childrenOf('parent'), { limit: 10 })
      return found.map(({ record }) => record.value)
    })
    await held.held(1)
    await set(other, 2, child)
    await store.look()
    held.holding.clear()
    held.release()
    expect(await reading).toEqual([2])
    expect(await value(store, child)).toBe(2)
  })

  test(`${Held.name}: a value newer than the view is not mixed with older ones from the cache`, async () => {
    const { held, store, other } = make()
    const [left, right] = [keyOf('left'), keyOf('right')]
    const setBoth = (to: number): Promise<void> =>
      other.transaction(async (tx) => {
        tx.put(left, { value: to })
        tx.put(right, { value: to })
      })
    await setBoth(1)
    await value(store, left)
    const from = await store.look()
    await setBoth(2)
    // This one reads the new right, and is still on its way when the next begins.
    held.holding.add('changesSince')
    const first = store.transaction((tx) => tx.get(right), { from })
    await held.held(1)
    const second = store.transaction(async (tx) => [await tx.get(left), await tx.get(right)], { from })
    await new Promise((resolve) => setImmediate(resolve))
    held.holding.clear()
    held.release()
    expect(await first).toEqual({ value: 2 })
    expect(await second).toEqual([{ value: 2 }, { value: 2 }])
  })

  test(`${Held.name}: two reads of a key on their way at once bring the same record`, async () => {
    const { held, store, other } = make()
    await set(other, 1)
    let runs = 0
    const pair = await store.transaction(async (tx) => {
      if (runs++ > 0) return [await tx.get(key), await tx.get(key)]
      held.holding.add('get')
      const first = tx.get(key)
      await held.held(1)
      await set(other, 2)
      const second = tx.get(key)
      await held.held(2)
      held.holding.clear()
      held.release(1)
      const record = await first
      held.release()
      return [record, await second]
    })
    expect(pair).toEqual([{ value: 2 }, { value: 2 }])
  })

  test(`${Held.name}: commits that are answered out of order leave the newest record`, async () => {
    const { held, store, other } = make()
    await value(store)
    held.holding.add('commit')
    const writes = [set(store, 1), set(store, 2)]
    await held.held(2)
    await set(other, 3)
    held.holding.clear()
    expect(await value(store)).toBe(3)
    held.release()
    await Promise.all(writes)
    expect(await value(store)).toBe(3)
  })

  test(`${Held.name}: what is in the cache is not read again, nor are own writes and absences`, async () => {
    const { held, store, other } = make()
    await set(other, 1)
    await set(store, 2, keyOf('own'))
    for (const of of [key, keyOf('absent'), keyOf('own')]) await value(store, of)
    held.calls.length = 0
    expect(await Promise.all([key, keyOf('absent'), keyOf('own')].map((of) => value(store, of)))).toEqual([
      1,
      undefined,
      2,
    ])
    expect(held.calls.filter((call) => call !== 'changesSince')).toEqual([])
  })
}

test('a change inside the part of a range that was seen runs the work again, one beyond it does not', async () => {
  const runsWhen = async (changed: string, reverse: boolean): Promise<number> => {
    const store = openStore(new MemoryBackend(), jsonCodec)
    for (const name of ['b', 'd', 'f', 'h']) await set(store, 0, keyOf('parent', name))
    let runs = 0
    await store.transaction(async (tx) => {
      await tx.range(...childrenOf('parent'), { limit: 2, reverse })
      if (runs++ === 0) await set(store, 1, keyOf('parent', changed))
    })
    return runs
  }
  const runs = (reverse: boolean): Promise<number[]> =>
    Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((changed) => runsWhen(changed, reverse)))
  expect(await runs(false)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1])
  expect(await runs(true)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2])
})

test('the callers of one turn share one look at a distant backend', async () => {
  const held = new HeldBackend(new MemoryBackend())
  const store = openStore(held, jsonCodec)
  const moments = await Promise.all(Array.from({ length: 20 }, () => store.look()))
  expect(held.calls).toEqual(['changesSince'])
  expect(new Set(moments).size).toBe(1)
  await store.look()
  expect(held.calls).toHaveLength(2)
})

test('who is too far behind forgets all it knew', async () => {
  const memory = new MemoryBackend({ keptChanges: 2 })
  const [store, other] = [openStore(memory, jsonCodec), openStore(memory, jsonCodec)]
  await set(other, 1)
  expect(await value(store)).toBe(1)
  await set(other, 2)
  for (let count = 0; count < 10; count++) await set(other, count, keyOf('else'))
  expect(await value(store)).toBe(2)
  memory.reset()
  expect(await value(store)).toBeUndefined()
})

test('a record that the codec refuses ends the transaction', async () => {
  const refuse = new Error('altered')
  const codec: Codec = {
    ...jsonCodec,
    decode: () => {
      throw refuse
    },
  }
  const memory = new MemoryBackend()
  await set(openStore(memory, jsonCodec), 1)
  await expect(value(openStore(memory, codec))).rejects.toBe(refuse)
})

test('a failure of the backend ends the transaction', async () => {
  const memory = new MemoryBackend()
  const broken: Backend = {
    get: () => Promise.reject(new Error('no get')),
    range: () => Promise.reject(new Error('no range')),
    keys: () => Promise.reject(new Error('no keys')),
    commit: () => Promise.reject(new Error('no commit')),
    head: () => memory.head(),
    changesSince: (number) => memory.changesSince(number),
    close: () => memory.close(),
  }
  const store = openStore(broken, jsonCodec)
  await expect(value(store)).rejects.toThrow('no get')
  await expect(set(store, 1)).rejects.toThrow('no commit')
  const mute = openStore({ ...broken, changesSince: () => Promise.reject(new Error('no look')) }, jsonCodec)
  await expect(mute.look()).rejects.toThrow('no look')
})

test('a transaction that ended can no longer be used', async () => {
  const store = openStore(new MemoryBackend(), jsonCodec)
  const late = await store.transaction(async (tx) => ({ tx }))
  expect(() => late.tx.put(key, {})).toThrow('after its end')
  expect(() => late.tx.get(key)).toThrow('after its end')
})

test('any record that JSON holds is the same when it is read again from the backend', async () => {
  const memory = new MemoryBackend()
  const writer = openStore(memory, jsonCodec)
  const plain = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))
  const property = fc.asyncProperty(plain, async (generated) => {
    const record: unknown = JSON.parse(JSON.stringify(generated))
    await writer.transaction(async (tx) => tx.put(key, record))
    const fromCache = await writer.transaction((tx) => tx.get(key))
    const decoded = await openStore(memory, jsonCodec).transaction((tx) => tx.get(key))
    expect(fromCache).toBe(record)
    expect(decoded).toEqual(record)
  })
  await fc.assert(property)
})
