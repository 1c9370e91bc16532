import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Key } from './key.ts'
import { SortedKeys } from './sorted-keys.ts'

const text = (index: number): Key => index.toString().padStart(5, '0') as Key
const bounds = fc.nat({ max: 20_000 }).map(text)

/** Whether ranges from both ends are those of a sorted array. */
function compare(keys: SortedKeys, expected: ReadonlySet<Key>): void {
  const sorted = [...expected].toSorted((a, b) => (a < b ? -1 : 1))
  const property = fc.property(bounds, bounds, fc.integer({ min: 1, max: 3000 }), (from, to, limit) => {
    const inside = sorted.filter((key) => key >= from && key < to)
    expect(keys.range(from, to, limit, false)).toEqual(inside.slice(0, limit))
    expect(keys.range(from, to, limit, true)).toEqual(inside.toReversed().slice(0, limit))
  })
  fc.assert(property, { numRuns: 50 })
}

for (const [name, order] of [
  ['rising', (index: number) => index],
  ['falling', (index: number) => 9999 - index],
  ['scattered', (index: number) => (index * 7919) % 10_000],
] as const) {
  test(`keys added in ${name} order are found in theirs, also after most are deleted`, () => {
    const keys = new SortedKeys()
    const expected = new Set<Key>()
    compare(keys, expected)
    for (let index = 0; index < 10_000; index++) {
      keys.add(text(order(index)))
      expected.add(text(order(index)))
    }
    keys.add(text(5000))
    compare(keys, expected)
    for (let index = 0; index < 10_000; index++) {
      if (index % 4001 < 3900) {
        keys.delete(text(index))
        expected.delete(text(index))
      }
    }
    keys.delete(text(3))
    compare(keys, expected)
  })
}
