import { expect, test } from 'vitest'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import type { Codec } from '../store/store.ts'
import { backgroundStore } from './background-store.ts'

const codec: Codec = {
  encode: (_key, record) => Buffer.from(JSON.stringify(record)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

/** In which turn of the event loop each of many transactions began that were asked for in one. */
async function turnsOf(count: number): Promise<readonly number[]> {
  const store = backgroundStore(openStore(new MemoryBackend(), codec))
  let turn = 0
  let counting = true
  const next = () => {
    turn++
    if (counting) setImmediate(next)
  }
  const begun = Array.from({ length: count }, () => store.transaction(async () => turn))
  setImmediate(next)
  const turns = await Promise.all(begun)
  counting = false
  await store.close()
  return turns
}

test('transactions that are asked for together begin in their order, in a turn each', async () => {
  const turns = await turnsOf(6)
  expect(new Set(turns).size).toBe(6)
  expect(turns).toEqual(turns.toSorted((one, other) => one - other))
})

test('where many wait a turn takes more of them', async () => {
  const turns = await turnsOf(64)
  expect(new Set(turns).size).toBeLessThan(32)
  const inFirst = turns.filter((turn) => turn === turns[0])
  expect(inFirst.length).toBeLessThan(16)
})
