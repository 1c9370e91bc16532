import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Check, Entry } from './backend.ts'
import type { OpenBackend } from './backend.test-support.ts'
import { isMark, type Key, keyOf, markPrefix } from './key.ts'

/** Entries as texts, to be compared. */
const plainEntries = (entries: readonly Entry[]): unknown[] =>
  entries.map(({ key, value, version }) => [key, Buffer.from(value).toString(), version])

/** Keys of entries, with those of marks among them. */
const keyArbitrary = fc.nat({ max: 15 }).map((index) => {
  const name = ['before', `${markPrefix}model`, 'model'][index % 3] as string
  return keyOf(name, index % 2 ? 'odd' : 'even', String(index))
})
const writesArbitrary = fc.uniqueArray(
  fc
    .record({
      key: keyArbitrary,
      value: fc.option(
        fc.string({ maxLength: 8 }).map((text) => Buffer.from(text)),
        { nil: undefined },
      ),
    })
    .map(({ key, value }) => ({ key, value: value && isMark(key) ? Buffer.alloc(0) : value })),
  { maxLength: 6, selector: ({ key }) => key },
)
const stepArbitrary = fc.record({
  writes: writesArbitrary,
  checked: fc.uniqueArray(keyArbitrary, { maxLength: 4 }),
  staleness: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  from: keyArbitrary,
  to: keyArbitrary,
  limit: fc.integer({ min: 1, max: 20 }),
  reverse: fc.boolean(),
})

/** Holds an engine against a list in memory. */
export function behavesAsItsModel(open: OpenBackend): void {
  test('behaves as a sorted list does, commit after commit', async () => {
    const opened = await open()
    const model = new Map<Key, { text: string; version: number }>()
    const { backend } = opened
    const property = fc.asyncProperty(stepArbitrary, async (step) => {
      const number = (await backend.head()) + 1
      const checks: Check[] = step.checked.map((key) => ({ key, version: model.get(key)?.version ?? 0 }))
      const [first, ...others] = checks
      const stale = first !== undefined && step.staleness > 0
      const asked = stale ? [...others, { key: first.key, version: first.version + step.staleness }] : checks
      expect(await backend.commit(asked, step.writes)).toBe(stale ? 'conflict' : number)
      for (const { key, value } of stale ? [] : step.writes) {
        if (value === undefined) model.delete(key)
        else model.set(key, { text: value.toString(), version: number })
      }
      const { from, to, limit, reverse } = step
      const inside = [...model].filter(([key]) => key >= from && key < to).toSorted(([a], [b]) => (a < b ? -1 : 1))
      if (reverse) inside.reverse()
      const expected = inside.slice(0, limit).map(([key, { text, version }]) => [key, text, version])
      expect(plainEntries(await backend.range(from, to, { limit, reverse }))).toEqual(expected)
      expect(await backend.keys(from, to, { limit, reverse })).toEqual(expected.map(([key]) => key))
      const found = await backend.get([from, to])
      expect(found.map((entry) => entry?.version)).toEqual([model.get(from)?.version, model.get(to)?.version])
    })
    await fc.assert(property, { numRuns: 200, endOnFailure: true })
    await opened.close()
  })
}

const sinceArbitrary = fc.record({
  other: fc.boolean(),
  writes: writesArbitrary,
  checked: fc.uniqueArray(fc.record({ key: keyArbitrary, later: fc.nat({ max: 8 }), guess: fc.boolean() }), {
    maxLength: 4,
    selector: ({ key }) => key,
  }),
  back: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
  alone: fc.boolean(),
})

/** Holds what is decided from memory against what the data says, with two processes at it. */
export function believesSince(open: OpenBackend): void {
  test('who says since when its checks were true is answered as who does not, whichever process commits', async () => {
    const opened = await open()
    const other = await opened.another()
    /** The versions of all keys after each commit. */
    const history: ReadonlyMap<Key, number>[] = [new Map()]
    let conflicts = 0
    const property = fc.asyncProperty(fc.array(sinceArbitrary, { minLength: 1, maxLength: 12 }), async (steps) => {
      // What one process commits in one turn goes together; `alone` waits for its answer first.
      let asked: Promise<unknown>[] = []
      let expected: unknown[] = []
      let from = steps[0]?.other
      for (const step of steps) {
        if (step.alone || step.other !== from) {
          expect(await Promise.all(asked)).toEqual(expected)
          asked = []
          expected = []
          from = step.other
        }
        const head = history.length - 1
        const now = history[head] as ReadonlyMap<Key, number>
        const since = Math.max(0, head - (step.back ?? 8))
        const checks = step.checked.map(({ key, later, guess }): Check => {
          if (guess) return { key, version: 0, guess }
          return { key, version: history[Math.min(head, since + later)]?.get(key) ?? 0 }
        })
        const stale = checks.some(({ key, version }) => (now.get(key) ?? 0) !== version)
        const backend = step.other ? other : opened.backend
        asked.push(backend.commit(checks, step.writes, step.back === undefined ? undefined : since))
        expected.push(stale ? 'conflict' : head + 1)
        if (stale) conflicts++
        else
          history.push(new Map([...now, ...step.writes.map(({ key, value }) => [key, value ? head + 1 : 0] as const)]))
      }
      expect(await Promise.all(asked)).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 60, endOnFailure: true })
    expect(conflicts).toBeGreaterThan(20)
    await opened.close()
  })
}
