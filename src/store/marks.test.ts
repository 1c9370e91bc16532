import { expect, test } from 'vitest'
import { MemoryBackend } from './memory.ts'
import { marks } from './marks.ts'
import { openStore } from './open-store.ts'
import type { Codec } from './store.ts'
import { jsonCodec } from './store-conformance.ts'
import { type RowRange, table } from './table.ts'

const places = marks('test/place')

async function open(codec: Codec = jsonCodec) {
  const backend = new MemoryBackend()
  const store = openStore(backend, codec)
  const rows = [
    ['de', 'Bonn', '3'],
    ['de', 'Bonn', '4'],
    ['de', 'Bonn am Rhein', '1'],
    ['de', 'Köln', '2'],
    ['fr', 'Bordeaux', '5'],
  ]
  await store.transaction(async (tx) => rows.forEach((row) => places.put(tx, ...row)))
  const list = (range: Omit<RowRange, 'limit'>, limit = 10): Promise<string[]> =>
    store.transaction(async (tx) => (await places.range(tx, { ...range, limit })).map((row) => row.join('/')))
  return { backend, store, list }
}

test('marks are found by their segments, in order, from behind a row or from behind all rows that begin so', async () => {
  const { list } = await open()
  const german = ['de/Bonn/3', 'de/Bonn/4', 'de/Bonn am Rhein/1', 'de/Köln/2']
  expect(await list({})).toEqual([...german, 'fr/Bordeaux/5'])
  expect(await list({ under: ['de'] })).toEqual(german)
  expect(await list({ under: ['de'], reverse: true }, 2)).toEqual(['de/Köln/2', 'de/Bonn am Rhein/1'])
  expect(await list({ under: ['de'], prefix: 'Bonn' })).toEqual(german.slice(0, 3))
  expect(await list({ under: ['de'], after: ['de', 'Bonn', '3'] })).toEqual(german.slice(1))
  expect(await list({ under: ['de'], after: ['de', 'Bonn'] })).toEqual(german.slice(2))
  expect(await list({ under: ['de'], after: ['de', 'Bonn am Rhein'], reverse: true })).toEqual([
    'de/Bonn/4',
    'de/Bonn/3',
  ])
  expect(await list({ under: ['de'], after: ['de', 'Bonn'], reverse: true })).toEqual([])
  expect(await list({ under: ['de'], prefix: 'K', after: ['de', 'A'] })).toEqual(['de/Köln/2'])
  expect(await list({ under: ['de'], prefix: 'B', after: ['de', 'Köln'] })).toEqual([])
})

test('a transaction sees the marks that it put and deleted', async () => {
  const { store, list } = await open()
  const seen = await store.transaction(async (tx) => {
    places.delete(tx, 'de', 'Bonn', '3')
    places.put(tx, 'de', 'Aachen', '6')
    return places.range(tx, { under: ['de'], prefix: '', limit: 2 })
  })
  expect(seen.map((row) => row.join('/'))).toEqual(['de/Aachen/6', 'de/Bonn/4'])
  expect(await list({ under: ['de'] }, 2)).toEqual(['de/Aachen/6', 'de/Bonn/4'])
})

test('nothing is sealed for a mark, and none passes for a record', async () => {
  const { store, backend } = await open({
    encode: () => expect.fail('nothing is sealed'),
    decode: () => {
      throw new Error('no record')
    },
  })
  const [key] = await backend.keys('' as never, '\u007f' as never, { limit: 1 })
  expect((await backend.get([key as never]))[0]?.value).toHaveLength(0)
  const records = table<object>({ name: 'mark/test/place', version: 1 })
  await expect(store.transaction((tx) => records.get(tx, 'de', 'Bonn', '3'))).rejects.toThrow('no record')
  await expect(store.transaction((tx) => records.range(tx, { limit: 10 }))).rejects.toThrow('no record')
})

test('a transaction whose marks another one changed is run again', async () => {
  const { store } = await open()
  let runs = 0
  const counts = await store.transaction(async (tx) => {
    const before = (await places.range(tx, { under: ['de'], limit: 10 })).length
    if (runs++ === 0) await store.transaction(async (other) => places.put(other, 'de', 'Ulm', '7'))
    return [before, (await places.range(tx, { under: ['de'], limit: 10 })).length]
  })
  expect([counts, runs]).toEqual([[5, 5], 2])
})
