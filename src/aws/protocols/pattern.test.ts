import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { CompactModel } from './model.ts'
import { compilePattern } from './pattern.ts'

test.each([
  ['[\\w+=,.@-]+', 'a+b@c', 'a b'],
  ['[\\w]+', 'abc', 'abc\n'],
  ['^\\!?[a-z \\=]*$', '!a =', 'a!'],
  ['[\\w+=,.@\\:-]*', 'a:b', 'a;b'],
  ['[a-z\\s]+', 'a\tb', 'a\u00a0b'],
  ['(?i)ab', 'AB', 'AC'],
  ['(?s)a.b', 'a\nb', 'ab'],
  ['a.b', 'axb', 'a\nb'],
  ['[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', 'é 1-', 'a#'],
  ['(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '/a/', '/a'],
  ['a|b', 'b', 'ab'],
])('%s fits %j and not %j', (pattern, fitting, unfitting) => {
  const compiled = compilePattern(pattern)
  expect(compiled.test(fitting)).toBe(true)
  expect(compiled.test(unfitting)).toBe(false)
})

test('an intersection of classes, which means something else here, is refused', () => {
  expect(() => compilePattern('[a-z&&[^b]]')).toThrow(/intersection/)
})

describe.each(['secretsmanager', 'kms', 'iam', 'sts'] as const)('the patterns of %s', (service) => {
  const text = readFileSync(new URL(`../models/${service}.json`, import.meta.url), 'utf8')
  const { shapes } = JSON.parse(text) as CompactModel
  const patterns = new Set(Object.values(shapes).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern])))

  test.each([...patterns])('%s decides long near misses', (pattern) => {
    const compiled = compilePattern(pattern)
    // Backtracking that grows exponentially would not come to an end on these; what may be longer is bounded by `max`.
    for (const piece of ['a', '1', '-', '/', 'a-', 'a/', '/a', ':', '.', 'vpce.us-', 'o-', '_', ' ']) {
      const near = piece.repeat(2000)
      expect(compiled.test(`${near}\u{1F600}\u0000`)).toBe(false)
      expect(compiled.test(`/${near}\u{1F600}\u0000`)).toBe(false)
    }
  })
})
