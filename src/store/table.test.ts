import { expect, test } from 'vitest'
import { MemoryBackend } from './memory.ts'
import { openStore } from './open-store.ts'
import { jsonCodec } from './store-conformance.ts'
import { derivation, type RowRange, table, UnknownRecordVersion } from './table.ts'

interface Person {
  readonly name: string
}

const people = table<Person>({ name: 'test/person', version: 1 })

test('rows are found by their segments, which come back with them', async () => {
  const store = openStore(new MemoryBackend(), jsonCodec)
  const names = [
    ['de', 'Anna'],
    ['de', 'André'],
    ['de', 'Bob'],
    ['fr', 'Anne'],
    ['de', 'Bob', 'child'],
  ]
  await store.transaction(async (tx) => {
    for (const segments of names) people.put(tx, { name: segments.join('/') }, ...segments)
  })
  const list = (range: Omit<RowRange, 'limit'>, limit = 10): Promise<string[]> =>
    store.transaction(async (tx) =>
      (await people.range(tx, { ...range, limit })).map(({ segments, record }) => {
        expect(segments.join('/')).toBe(record.name)
        return record.name
      }),
    )
  expect(await store.transaction((tx) => people.get(tx, 'de', 'Bob'))).toEqual({ name: 'de/Bob' })
  expect(await store.transaction((tx) => people.get(tx, 'de'))).toBeUndefined()
  const rows = await store.transaction((tx) =>
    people.getAll(tx, [
      ['fr', 'Anne'],
      ['fr', 'Bob'],
    ]),
  )
  expect(rows).toEqual([{ name: 'fr/Anne' }, undefined])
  expect(await list({})).toEqual(['de/André', 'de/Anna', 'de/Bob', 'de/Bob/child', 'fr/Anne'])
  expect(await list({ under: ['de'], prefix: 'An' })).toEqual(['de/André', 'de/Anna'])
  expect(await list({ under: ['de'], prefix: 'An', reverse: true })).toEqual(['de/Anna', 'de/André'])
  expect(await list({ after: ['de', 'Anna'] }, 2)).toEqual(['de/Bob', 'de/Bob/child'])
  expect(await list({ after: ['de', 'Anna'], reverse: true })).toEqual(['de/André'])
  expect(await list({ under: ['fr'], after: ['de', 'Anna'] })).toEqual(['fr/Anne'])
  expect(await list({ under: ['de'], after: ['fr', 'Anne'], reverse: true }, 1)).toEqual(['de/Bob/child'])
  expect(await list({ under: ['de'], after: ['fr', 'Anne'] })).toEqual([])
  await store.transaction(async (tx) => people.delete(tx, 'de', 'Bob'))
  expect(await list({ under: ['de'], prefix: 'B' })).toEqual(['de/Bob/child'])
})

test('an older record is brought up step by step as it is read, once per stored record', async () => {
  const store = openStore(new MemoryBackend(), jsonCodec)
  const steps: number[] = []
  const newer = table<{ readonly first: string; readonly last: string }>({
    name: 'test/person',
    version: 3,
    upgrades: {
      1: ({ name }: Person) => {
        steps.push(1)
        return { parts: name.split(' ') }
      },
      2: ({ parts }: { parts: string[] }) => {
        steps.push(2)
        return { first: parts[0], last: parts[1] }
      },
    },
  })
  await store.transaction(async (tx) => people.put(tx, { name: 'Ada Lovelace' }, 'ada'))
  const first = await store.transaction((tx) => newer.get(tx, 'ada'))
  expect(first).toEqual({ first: 'Ada', last: 'Lovelace' })
  expect(await store.transaction((tx) => newer.get(tx, 'ada'))).toBe(first)
  expect(steps).toEqual([1, 2])
  await store.transaction(async (tx) => newer.put(tx, { first: 'Alan', last: 'Turing' }, 'alan'))
  expect(await store.transaction((tx) => newer.get(tx, 'alan'))).toEqual({ first: 'Alan', last: 'Turing' })
  await expect(store.transaction((tx) => people.get(tx, 'alan'))).rejects.toThrow(UnknownRecordVersion)
})

test('a table that cannot read its older versions is refused', () => {
  expect(() => table({ name: 'test/gap', version: 3, upgrades: { 2: (old) => old } })).toThrow('no upgrade')
})

test('what is derived from a record is computed once for that record, and anew for another', async () => {
  const store = openStore(new MemoryBackend(), jsonCodec)
  let computed = 0
  const initials = derivation(({ name }: Person) => {
    computed++
    return name === '' ? undefined : name[0]
  })
  const read = (): Promise<string | undefined> =>
    store.transaction(async (tx) => initials((await people.get(tx, 'one')) ?? { name: '' }))
  await store.transaction(async (tx) => people.put(tx, { name: 'Ada' }, 'one'))
  expect([await read(), await read(), computed]).toEqual(['A', 'A', 1])
  await store.transaction(async (tx) => people.put(tx, { name: 'Bob' }, 'one'))
  expect([await read(), await read(), computed]).toEqual(['B', 'B', 2])
  const nobody = { name: '' }
  expect([initials(nobody), initials(nobody), computed]).toEqual([undefined, undefined, 3])
})
