import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Key, keyOf } from './key.ts'
import { LatestWrites } from './latest-writes.ts'

const keys = Array.from({ length: 6 }, (_, index) => keyOf(String(index)))
const commit = fc.uniqueArray(fc.record({ at: fc.nat({ max: 5 }), deleted: fc.boolean() }), {
  maxLength: 3,
  selector: ({ at }) => at,
})
const step = fc.record({
  writes: commit,
  /** Whether another process commits, which is not told. */
  foreign: fc.nat({ max: 9 }).map((draw) => draw === 0),
  at: fc.nat({ max: 5 }),
  back: fc.nat({ max: 12 }),
  later: fc.nat({ max: 12 }),
})

test('what it answers of a version that was once true is right, whoever commits and whatever it forgot', () => {
  let known = 0
  const property = fc.property(
    fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
    fc.integer({ min: 1, max: 8 }),
    (steps, kept) => {
      /** The versions of all keys after each commit. */
      const history: number[][] = [keys.map(() => 0)]
      const latest = new LatestWrites(0, kept)
      for (const { writes, foreign, at, back, later } of steps) {
        const head = history.length
        const versions = [...(history[head - 1] as number[])]
        for (const { at: written, deleted } of writes) versions[written] = deleted ? 0 : head
        history.push(versions)
        if (foreign) continue
        if (latest.head !== head - 1) latest.restart(head - 1)
        latest.append(writes.map(({ at: written, deleted }) => [keys[written] as Key, deleted ? 0 : head]))
        expect(latest.head).toBe(head)
        const since = Math.max(0, head - back)
        const moment = Math.min(head, since + later)
        const version = history[moment]?.[at] as number
        const answer = latest.has(keys[at] as Key, version, since)
        if (answer !== undefined) known++
        expect([undefined, version === versions[at]]).toContain(answer)
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
  expect(known).toBeGreaterThan(500)
})

test('a key that was not written since is known to be the same; without a number only what was written is known', () => {
  const latest = new LatestWrites(10, 2)
  const [a, b, c, d] = keys as [Key, Key, Key, Key]
  latest.append([[a, 11]])
  expect(latest.has(b, 3, 10)).toBe(true)
  expect(latest.has(b, 3, 9)).toBeUndefined()
  expect(latest.has(b, 3, undefined)).toBeUndefined()
  expect(latest.has(a, 11, undefined)).toBe(true)
  expect(latest.has(a, 4, 10)).toBe(false)
  latest.append([[b, 0]])
  latest.append([
    [c, 13],
    [d, 13],
  ])
  // Commits 11 and 12 were the older generation until 13 filled the younger one.
  expect(latest.has(a, 11, 12)).toBe(true)
  expect(latest.has(a, 11, 11)).toBeUndefined()
  latest.append([[a, 14]])
  expect(latest.has(a, 11, 13)).toBe(false)
  expect(latest.has(a, 14, undefined)).toBe(true)
  latest.restart(20)
  expect(latest.has(a, 14, 19)).toBeUndefined()
  expect(latest.has(a, 14, 20)).toBe(true)
})
