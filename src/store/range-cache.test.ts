import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldBackend, HeldLocalBackend } from './held-backend.test-support.ts'
import { childrenOf, type Key, keyOf } from './key.ts'
import { MemoryBackend } from './memory.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'
import { jsonCodec } from './store-conformance.ts'

const [from, to] = childrenOf('parent')
const child = (name: string): Key => keyOf('parent', name)
const set = (store: Store, key: Key, value: number): Promise<void> =>
  store.transaction(async (tx) => tx.put(key, { value }))
const drop = (store: Store, key: Key): Promise<void> => store.transaction(async (tx) => tx.delete(key))
const list = (store: Store, limit = 10, reverse = false): Promise<unknown> =>
  store.transaction(async (tx) => {
    const found = await tx.range<{ value: number }>(from, to, { limit, reverse })
    return found.map(({ key, record }) => [key, record.value])
  })
const names = (store: Store, limit = 10): Promise<readonly Key[]> =>
  store.transaction((tx) => tx.keys(from, to, { limit }))

for (const Held of [HeldBackend, HeldLocalBackend]) {
  const make = (): { held: HeldBackend; store: Store; other: Store } => {
    const memory = new MemoryBackend()
    const held = new Held(memory)
    return { held, store: openStore(held, jsonCodec), other: openStore(memory, jsonCodec) }
  }

  test(`${Held.name}: a range that was read is not read again until something in it changes, whoever changes it`, async () => {
    const { held, store, other } = make()
    const reads = () => held.calls.splice(0).filter((call) => call === 'range').length
    await set(store, child('b'), 1)
    expect(await list(store)).toEqual([[child('b'), 1]])
    await store.look()
    expect(reads()).toBe(1)
    await set(store, keyOf('elsewhere'), 1)
    await set(other, keyOf('elsewhere'), 2)
    expect(await list(store)).toEqual([[child('b'), 1]])
    expect(await names(store)).toEqual([child('b')])
    expect(reads()).toBe(0)
    for (const [change, answer] of [
      [
        () => set(other, child('a'), 2),
        [
          [child('a'), 2],
          [child('b'), 1],
        ],
      ], // prettier-ignore
      [
        () => set(store, child('b'), 3),
        [
          [child('a'), 2],
          [child('b'), 3],
        ],
      ], // prettier-ignore
      [() => drop(other, child('a')), [[child('b'), 3]]],
      [() => drop(store, child('b')), []],
    ] as const) {
      await change()
      expect(await list(store)).toEqual(answer)
      expect(await list(store)).toEqual(answer)
      expect(reads()).toBeGreaterThan(0)
    }
  })

  test(`${Held.name}: keys newer than the view are not mixed with older records from the cache`, async () => {
    const { held, store, other } = make()
    const count = keyOf('count')
    const add = (name: string, value: number): Promise<void> =>
      other.transaction(async (tx) => {
        tx.put(child(name), { value })
        tx.put(count, { value })
      })
    await add('a', 1)
    await store.transaction((tx) => tx.get(count))
    const moment = await store.look()
    await add('b', 2)
    // This one reads the new keys, and is still on its way when the next begins.
    held.holding.add('changesSince')
    const first = store.transaction((tx) => tx.keys(from, to, { limit: 10 }), { from: moment })
    await held.held(1)
    const second = store.transaction(
      async (tx) => [(await tx.keys(from, to, { limit: 10 })).length, await tx.get(count)],
      { from: moment },
    )
    await new Promise((resolve) => setImmediate(resolve))
    held.holding.clear()
    held.release()
    expect(await first).toHaveLength(2)
    expect(await second).toEqual([2, { value: 2 }])
  })

  test(`${Held.name}: an answer that a commit overtook does not stay`, async () => {
    for (const change of [set, drop]) {
      const { held, store, other } = make()
      await set(other, child('a'), 1)
      await set(other, child('b'), 1)
      await store.look()
      held.holding.add('range')
      const reading = [list(store), names(store)] as const
      await held.held(2)
      await change(other, child('b'), 2)
      await store.look()
      held.holding.clear()
      held.release()
      const wanted =
        change === set
          ? [
              [child('a'), 1],
              [child('b'), 2],
            ]
          : [[child('a'), 1]] // prettier-ignore
      expect(await reading[0]).toEqual(wanted)
      expect(await list(store)).toEqual(wanted)
      expect(await reading[1]).toEqual(wanted.map(([key]) => key))
      expect(await names(store)).toEqual(wanted.map(([key]) => key))
    }
  })
}

test('a change beyond the part of a range that was seen leaves the answer as it was', async () => {
  const held = new HeldBackend(new MemoryBackend())
  const store = openStore(held, jsonCodec)
  for (const name of ['b', 'd', 'f']) await set(store, child(name), 0)
  const readsAfter = async (name: string, reverse: boolean): Promise<boolean> => {
    await list(store, 2, reverse)
    await store.look()
    await set(store, child(name), 1)
    held.calls.length = 0
    await list(store, 2, reverse)
    return held.calls.includes('range')
  }
  expect([await readsAfter('a', false), await readsAfter('e', false), await readsAfter('f', false)]).toEqual([
    true,
    false,
    false,
  ])
  await drop(store, child('a'))
  expect([await readsAfter('b', true), await readsAfter('e', true)]).toEqual([false, true])
})

test('a range is what its keys hold, whatever two processes write and read between', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('set', 'drop'), by: fc.nat(1), name }),
    fc.record({
      do: fc.constantFrom('range', 'keys', 'own'),
      by: fc.nat(1),
      from: name,
      to: name,
      limit: fc.integer({ min: 1, max: 5 }),
      reverse: fc.boolean(),
    }),
  )
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const memory = new MemoryBackend()
    const stores = [openStore(memory, jsonCodec, { cacheBytes: 200_000 }), openStore(memory, jsonCodec)] as const
    const model = new Map<Key, number>()
    let count = 0
    for (const taken of steps) {
      const store = stores[taken.by] as Store
      if ('name' in taken) {
        const key = child(taken.name)
        if (taken.do === 'set') model.set(key, ++count)
        else model.delete(key)
        await (taken.do === 'set' ? set(store, key, count) : drop(store, key))
        continue
      }
      const { limit, reverse } = taken
      const [low, high] = [child(taken.from), child(taken.to)]
      const own = taken.do === 'own' ? child('d') : undefined
      const rows = [...new Map([...model, ...(own ? [[own, -1] as const] : [])])]
        .filter(([key]) => key >= low && key < high)
        .sort(([a], [b]) => (a < b ? -1 : 1))
      const wanted = (reverse ? rows.reverse() : rows).slice(0, limit)
      const undo = new Error('undo')
      let seen: unknown
      const reading = store.transaction(async (tx) => {
        if (own) tx.put(own, { value: -1 })
        if (taken.do === 'keys') seen = await tx.keys(low, high, { limit, reverse })
        else {
          const found = await tx.range<{ value: number }>(low, high, { limit, reverse })
          seen = found.map(({ key, record }) => [key, record.value])
        }
        if (own) throw undo
      })
      await reading.catch((error: unknown) => {
        if (error !== undo) throw error
      })
      expect(seen).toEqual(taken.do === 'keys' ? wanted.map(([key]) => key) : wanted)
    }
  })
  await fc.assert(property)
})
