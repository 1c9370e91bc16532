import { expect, test } from 'vitest'
import { counter } from './counter.ts'
import { MemoryBackend } from './memory.ts'
import { openStore } from './open-store.ts'

const codec = {
  encode: (_key: string, record: unknown) => Buffer.from(JSON.stringify(record)),
  decode: (_key: string, bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
}

function open() {
  return openStore(new MemoryBackend(), codec)
}

test('counts up and down, apart for each thing counted for', async () => {
  const store = open()
  const things = counter('things', 8)
  for (let index = 0; index < 20; index++) {
    await store.transaction((tx) => things.add(tx, ['a'], `item ${index}`, 1))
  }
  await store.transaction((tx) => things.add(tx, ['b'], 'item', 1))
  await store.transaction((tx) => things.add(tx, ['a'], 'item 3', -1))
  expect(await store.transaction((tx) => things.sum(tx, ['a']))).toBe(19)
  expect(await store.transaction((tx) => things.sum(tx, ['b']))).toBe(1)
  expect(await store.transaction((tx) => things.sum(tx, ['c']))).toBe(0)
})

test('is full exactly at a small limit', async () => {
  const store = open()
  const things = counter('things')
  const full = () => store.transaction((tx) => things.isFull(tx, ['a'], 'next', 3))
  for (let index = 0; index < 3; index++) {
    expect(await full()).toBe(false)
    await store.transaction((tx) => things.add(tx, ['a'], `item ${index}`, 1))
  }
  expect(await full()).toBe(true)
  await store.transaction((tx) => things.add(tx, ['a'], 'item 1', -1))
  expect(await full()).toBe(false)
})

test('is full near a large limit, though most shards are below their share', async () => {
  const store = open()
  const things = counter('things', 4)
  await store.transaction(async (tx) => {
    for (let index = 0; index < 400; index++) await things.add(tx, ['a'], `item ${index}`, 1)
  })
  const full = (limit: number) => store.transaction((tx) => things.isFull(tx, ['a'], 'next', limit))
  expect(await full(400)).toBe(true)
  expect(await full(401)).toBe(false)
  expect(await full(10_000)).toBe(false)
})
