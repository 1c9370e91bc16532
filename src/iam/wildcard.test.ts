import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePattern, compileWildcards, matchesPattern, type StepMeter } from './wildcard.ts'

/** The textbook table: slow, and plainly right. */
function reference(pattern: string, text: string): boolean {
  let row = [true, ...Array.from(text, () => false)]
  for (const wanted of pattern) {
    const next = [wanted === '*' && row[0] === true]
    for (let at = 0; at < text.length; at++) {
      next.push(
        wanted === '*'
          ? next[at] === true || row[at + 1] === true
          : row[at] === true && (wanted === '?' || wanted === text[at]),
      )
    }
    row = next
  }
  return row.at(-1) === true
}

test('matches as the textbook says', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 })
  fc.assert(
    fc.property(text, text, (pattern, value) => {
      expect(matchesPattern(compileWildcards(pattern), value)).toBe(reference(pattern, value))
    }),
    { numRuns: 20_000 },
  )
})

test.each([
  ['*', 'any'],
  ['**', 'any'],
  ['abc', 'exact'],
  ['', 'exact'],
  ['abc*', 'prefix'],
  ['abc**', 'prefix'],
  ['*abc', 'runs'],
  ['a?c', 'runs'],
  ['a?*', 'runs'],
])('%s becomes a pattern of the kind %s', (text, kind) => {
  expect(compileWildcards(text).kind).toBe(kind)
})

test('a literal piece never acts as a wildcard', () => {
  const pattern = compilePattern([{ literal: 'a*' }, { any: 'one' }, { literal: '?' }])
  expect(matchesPattern(pattern, 'a*x?')).toBe(true)
  expect(matchesPattern(pattern, 'abxx')).toBe(false)
  expect(matchesPattern(pattern, 'a*xx')).toBe(false)
})

test.each([
  ['many stars', '*a'.repeat(200), 'a'.repeat(2000)],
  ['many stars and no end', `${'*a'.repeat(200)}b`, 'a'.repeat(2000)],
  ['stars and question marks', `${'*a?'.repeat(150)}b`, 'a'.repeat(2000)],
  ['a long run with a question mark', `*${'a'.repeat(500)}?b*`, 'a'.repeat(2000)],
  ['a long run', `*${'a'.repeat(500)}b*`, 'a'.repeat(2000)],
  ['only question marks', `*${'?'.repeat(1000)}*${'?'.repeat(999)}b`, 'a'.repeat(2000)],
])('the work for %s is bounded by the product of the lengths', (_, pattern, text) => {
  const meter: StepMeter = { steps: 0 }
  matchesPattern(compileWildcards(pattern), text, meter)
  expect(meter.steps).toBeGreaterThan(0)
  expect(meter.steps).toBeLessThanOrEqual((pattern.length + 2) * (text.length + 1))
})

test('many stars cost no more than one pass over the text', () => {
  const meter: StepMeter = { steps: 0 }
  matchesPattern(compileWildcards(`${'*ab'.repeat(100)}c`), 'ab'.repeat(1000), meter)
  expect(meter.steps).toBeLessThan(5000)
})
