import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../../test/harness.ts'
import { childrenOf } from '../../store/key.ts'
import { useAssertion } from './used-assertions.ts'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness([])
})
afterAll(() => harness.close())

const use = (id: string, now: number, provider = 'p') =>
  harness.store.transaction((tx) => useAssertion(tx, { provider, id, until: now + 100, now }))

test('an assertion is used once for a provider, and forgotten when it is over', async () => {
  expect(await use('a', 0)).toBe(true)
  expect(await use('a', 50)).toBe(false)
  expect(await use('a', 50, 'q')).toBe(true)
  for (let count = 0; count < 30; count++) await use(`b${count}`, 60)
  const kept = () =>
    harness.store.transaction(async (tx) => {
      const [from, to] = childrenOf('sts/used-assertion')
      return (await tx.range(from, to, { limit: 100 })).length
    })
  expect(await kept()).toBe(32)
  await use('c', 1000)
  await use('d', 1000)
  expect(await kept()).toBe(2)
})
