import { expect, test } from 'vitest'
import { keyOf } from './key.ts'
import { SeenKeys } from './seen-keys.ts'

const key = (index: number) => keyOf('seen', `secret-${index}`)

function countSeen(seen: SeenKeys, from: number, to: number): number {
  let count = 0
  for (let index = from; index < to; index++) if (seen.note(key(index))) count++
  return count
}

test('a key is seen from the second time on, and few are taken for seen that were not', () => {
  const seen = new SeenKeys()
  expect(seen.note(key(0))).toBe(false)
  expect(seen.note(key(0))).toBe(true)
  expect(countSeen(seen, 1, 20_000)).toBeLessThan(1_500)
  expect(countSeen(seen, 0, 20_000)).toBe(20_000)
})

test('what was noted long ago is forgotten', () => {
  const seen = new SeenKeys()
  countSeen(seen, 0, 1_000)
  countSeen(seen, 100_000, 200_000)
  expect(countSeen(seen, 0, 1_000)).toBeLessThan(250)
})
