import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../../test/harness.ts'
import { currentSealingKeys, findSealingKeys, keyObjects } from './sealing-keys.ts'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness([])
})
afterAll(() => harness.close())

const hour = 60 * 60 * 1000
const at = (now: number) => harness.store.transaction((tx) => currentSealingKeys(tx, now))
const numbers = async (now: number) => (await at(now)).keys.map(({ number }) => number)

test('a key seals for half a day, and opens until the last session of its time is over', async () => {
  expect(await harness.store.transaction(findSealingKeys)).toBeUndefined()
  expect(await numbers(0)).toEqual([1])
  const first = await at(12 * hour - 1)
  expect(keyObjects(first).newest.number).toBe(1)
  expect(await numbers(12 * hour)).toEqual([2, 1])
  expect(await numbers(24 * hour)).toEqual([3, 2, 1])
  expect(await numbers(48 * hour - 1)).toEqual([4, 3, 2, 1])
  expect(await numbers(72 * hour)).toEqual([5, 4])
})
