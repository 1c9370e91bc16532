import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenBackend, OpenedBackend } from './backend.test-support.ts'
import { childrenOf, type Key, keyOf } from './key.ts'
import { openStore } from './open-store.ts'
import { guesses } from './store-guess-conformance.ts'
import { type Codec, type Store, type Transaction, TransactionConflict } from './store.ts'

/** Records as JSON: what the tests of stores and tables use where the barrier is not meant. */
export const jsonCodec: Codec = {
  encode: (_key, record) => Buffer.from(JSON.stringify(record)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()),
}

const all = (tx: Transaction, ...segments: string[]): ReturnType<Transaction['range']> =>
  tx.range(...childrenOf(...segments), { limit: 1000 })

/** What a store promises over every backend; two stores over the same data stand for two processes. */
export function storeConformance(name: string, open: OpenBackend): void {
  describe(`a store over ${name}`, () => {
    let opened: OpenedBackend
    let store: Store
    let other: Store
    beforeAll(async () => {
      opened = await open()
      store = openStore(opened.backend, jsonCodec)
      other = openStore(await opened.another(), jsonCodec, { cacheBytes: 10_000 })
    })
    afterAll(() => opened.close())
    const stores = (): readonly [Store, Store] => [store, other]

    reading(stores)
    guesses(stores)
    ownWrites(stores)
    outcomes(stores)
    serial(stores)
  })
}

export type Stores = () => readonly [Store, Store]

function reading(stores: Stores): void {
  test('a record is read as it was put, by the writer and by others', async () => {
    const record = { text: 'é\n', nested: { list: [1, null, { deep: true }] } }
    const key = keyOf('reading', 'record')
    await stores()[0].transaction(async (tx) => tx.put(key, record))
    for (const store of stores()) {
      for (let repeat = 0; repeat < 2; repeat++) {
        expect(await store.transaction((tx) => tx.get(key))).toEqual(record)
        expect(await store.transaction((tx) => tx.getAll([keyOf('reading', 'none'), key]))).toEqual([undefined, record])
      }
    }
  })

  test('the next transaction of any process sees a change, a deletion and a new record', async () => {
    const [first, second] = stores()
    const key = keyOf('reading', 'seen')
    for (const value of [1, 2, undefined, 3, undefined, undefined, 4]) {
      await first.transaction(async (tx) => (value === undefined ? tx.delete(key) : tx.put(key, { value })))
      for (const store of [second, first]) {
        expect(await store.transaction((tx) => tx.get(key))).toEqual(value && { value })
        expect(
          await store.transaction(async (tx) => (await all(tx, 'reading')).some((found) => found.key === key)),
        ).toBe(value !== undefined)
      }
    }
  })

  test('a moment that was looked for after a commit includes it', async () => {
    const [first, second] = stores()
    const key = keyOf('reading', 'moment')
    for (let value = 0; value < 10; value++) {
      await first.transaction(async (tx) => tx.put(key, { value }))
      const from = await second.look()
      expect(await second.transaction((tx) => tx.get(key), { from })).toEqual({ value })
    }
  })

  test('within one transaction a key keeps the record it was first read with', async () => {
    const [first, second] = stores()
    const key = keyOf('reading', 'repeat')
    await first.transaction(async (tx) => tx.put(key, { value: 0 }))
    let runs = 0
    const pairs = await second.transaction(async (tx) => {
      const before = await tx.get(key)
      if (runs++ === 0) await first.transaction(async (inner) => inner.put(key, { value: 1 }))
      return [before, await tx.get(key), ...(await tx.getAll([key]))]
    })
    expect(pairs).toEqual([{ value: 1 }, { value: 1 }, { value: 1 }])
    expect(runs).toBe(2)
  })
}

const writeArbitrary = fc.record({
  key: fc.nat({ max: 9 }).map((index) => keyOf('merge', String(index))),
  value: fc.option(fc.nat({ max: 99 }), { nil: undefined, freq: 2 }),
  undone: fc.boolean(),
})

function ownWrites(stores: Stores): void {
  test('gets and ranges see own writes, merged in order, less what was undone', async () => {
    const [store] = stores()
    const [from, to] = childrenOf('merge')
    const property = fc.asyncProperty(
      fc.array(writeArbitrary, { maxLength: 16 }),
      fc.array(writeArbitrary, { maxLength: 16 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      async (stored, buffered, limit, reverse) => {
        const model = new Map<Key, number>()
        const write = (tx: Transaction, key: Key, value: number | undefined): void =>
          value === undefined ? tx.delete(key) : tx.put(key, { value })
        await store.transaction(async (tx) => {
          for (let index = 0; index <= 9; index++) tx.delete(keyOf('merge', String(index)))
          for (const { key, value } of stored) write(tx, key, value)
        })
        const both = [...stored, ...buffered.filter(({ undone }) => !undone)]
        for (const { key, value } of both) {
          if (value === undefined) model.delete(key)
          else model.set(key, value)
        }
        const found = await store.transaction(async (tx) => {
          for (const { key, value, undone } of buffered) {
            const savepoint = tx.savepoint()
            write(tx, key, value)
            if (undone) savepoint.undo()
          }
          const points = await Promise.all([...model].map(async ([key]) => tx.get<{ value: number }>(key)))
          expect(points.map((record) => record?.value)).toEqual([...model.values()])
          const keys = await tx.keys(from, to, { limit, reverse })
          const rows = await tx.range<{ value: number }>(from, to, { limit, reverse })
          expect(keys).toEqual(rows.map(({ key }) => key))
          return rows
        })
        const expected = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1))
        if (reverse) expected.reverse()
        expect(found.map(({ key, record }) => [key, record.value])).toEqual(expected.slice(0, limit))
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  test('undoing everything leaves nothing to write', async () => {
    const [store] = stores()
    const { head } = await store.look()
    const writes = await store.transaction(async (tx) => {
      const savepoint = tx.savepoint()
      tx.put(keyOf('undone'), {})
      const during = tx.writes
      savepoint.undo()
      return [during, tx.writes]
    })
    expect(writes).toEqual([true, false])
    expect((await store.look()).head).toBe(head)
  })
}

function outcomes(stores: Stores): void {
  test('work that throws writes nothing, and its error comes through', async () => {
    const [store] = stores()
    const key = keyOf('outcomes', 'thrown')
    const work = async (tx: Transaction): Promise<void> => {
      tx.put(key, {})
      tx.afterCommit(() => expect.unreachable())
      throw new RangeError('refused')
    }
    await expect(store.transaction(work)).rejects.toThrow(RangeError)
    expect(await store.transaction((tx) => tx.get(key))).toBeUndefined()
  })

  test('an error that rests on a change in between is not believed: the work runs again', async () => {
    const [first, second] = stores()
    const [left, right] = [keyOf('outcomes', 'left'), keyOf('outcomes', 'right')]
    const setBoth = (value: number): Promise<void> =>
      first.transaction(async (tx) => {
        tx.put(left, { value })
        tx.put(right, { value })
      })
    await setBoth(0)
    let runs = 0
    const seen = await second.transaction(async (tx) => {
      const a = await tx.get<{ value: number }>(left)
      if (runs++ === 0) await setBoth(1)
      const b = await tx.get<{ value: number }>(right)
      if (a?.value !== b?.value) throw new Error('the two differ')
      return [a, b]
    })
    expect([runs, seen]).toEqual([2, [{ value: 1 }, { value: 1 }]])
  })

  test('effects run once, after the attempt that was committed', async () => {
    const [first, second] = stores()
    const key = keyOf('outcomes', 'effects')
    const effects: string[] = []
    let runs = 0
    await first.transaction(async (tx) => {
      const run = ++runs
      await tx.get(key)
      const savepoint = tx.savepoint()
      tx.afterCommit(() => effects.push('undone'))
      savepoint.undo()
      tx.afterCommit(() => effects.push(`run ${run}`))
      if (run === 1) await second.transaction(async (inner) => inner.put(key, {}))
      tx.put(key, { run })
      expect(effects).toEqual([])
    })
    expect(effects).toEqual(['run 2'])
  })

  test('a transaction that is overtaken every time ends in a conflict and has written nothing', async () => {
    const [first, second] = stores()
    const key = keyOf('outcomes', 'overtaken')
    let overtakings = 0
    const overtaken = first.transaction(async (tx) => {
      await tx.get(key)
      await second.transaction(async (inner) => inner.put(key, { by: ++overtakings }))
      tx.put(key, { by: 'overtaken' })
    })
    await expect(overtaken).rejects.toThrow(TransactionConflict)
    expect(await first.transaction((tx) => tx.get(key))).toEqual({ by: overtakings })
  })
}

const accounts = Array.from({ length: 6 }, (_, index) => keyOf('account', String(index)))
type Account = { readonly balance: number }

async function total(tx: Transaction, byRange: boolean): Promise<number> {
  const records = byRange
    ? (await tx.range<Account>(...childrenOf('account'), { limit: 100 })).map(({ record }) => record)
    : await Promise.all(accounts.map(async (key) => tx.get<Account>(key)))
  return records.reduce((sum, record) => sum + (record?.balance ?? 0), 0)
}

/** Moves money; emptied accounts are deleted, so that being absent takes part too. */
async function transfer(tx: Transaction, from: Key, to: Key, amount: number): Promise<void> {
  const [source, target] = await tx.getAll<Account>([from, to])
  const rest = (source?.balance ?? 0) - amount
  if (rest < 0 || from === to) return
  if (rest === 0) tx.delete(from)
  else tx.put(from, { balance: rest })
  tx.put(to, { balance: (target?.balance ?? 0) + amount })
}

function serial(stores: Stores): void {
  test('no increment is lost among the writers of two processes', async () => {
    const key = keyOf('serial', 'counter')
    const writers = Array.from({ length: 12 }, async (_, writer) => {
      for (let count = 0; count < 10; count++) {
        await (stores()[writer % 2] as Store).transaction(async (tx) => {
          const counter = await tx.get<{ count: number }>(key)
          tx.put(key, { count: (counter?.count ?? 0) + 1 })
        })
      }
    })
    await Promise.all(writers)
    expect(await stores()[1].transaction((tx) => tx.get(key))).toEqual({ count: 120 })
  })

  test('while money moves between accounts, no transaction of either process sees a wrong total', async () => {
    await stores()[0].transaction(async (tx) => {
      for (const key of accounts) tx.put(key, { balance: 10 })
    })
    let moving = true
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 48_271) % 0x7fffffff
      return seed % below
    }
    const movers = Array.from({ length: 6 }, async (_, mover) => {
      for (let count = 0; count < 30; count++) {
        const [from, to] = [accounts[random(6)] as Key, accounts[random(6)] as Key]
        const amount = 1 + random(12)
        await (stores()[mover % 2] as Store).transaction((tx) => transfer(tx, from, to, amount))
      }
    })
    const totals: number[] = []
    const readers = Array.from({ length: 4 }, async (_, reader) => {
      do {
        const store = stores()[reader % 2] as Store
        totals.push(await store.transaction((tx) => total(tx, reader >= 2)))
        await new Promise((resolve) => setImmediate(resolve))
      } while (moving)
    })
    await Promise.all(movers)
    moving = false
    await Promise.all(readers)
    expect(new Set(totals)).toEqual(new Set([60]))
    expect(await stores()[0].transaction((tx) => total(tx, true))).toBe(60)
  })
}
