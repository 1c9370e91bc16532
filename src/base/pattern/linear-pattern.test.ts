import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileLinearPattern } from './linear-pattern.ts'

function matches(pattern: string, text: string): boolean | 'too-costly' {
  const compiled = compileLinearPattern(pattern)
  if ('refused' in compiled) throw new Error(`${pattern}: ${compiled.refused}`)
  return compiled.pattern.matches(text)
}

describe('what matches', () => {
  test.each([
    ['\\d{1,4}', '1000', true],
    ['\\d{1,4}', '10,000', false],
    ['^\\d+$', '42', true],
    ['.{8,20}', 'correct horse', true],
    ['.{8,20}', 'short', false],
    ['(?i)prod|test', 'PROD', true],
    ['(?i)prod|test', 'TEST', true],
    ['(?i:a)b', 'AB', false],
    ['a|b|', '', true],
    ['(?:ab){2}', 'abab', true],
    ['(?<year>\\d{4})-\\d\\d', '2026-11', true],
    ['[a-z&&[^aeiou]]+', 'rhythm', true],
    ['[a-z&&[^aeiou]]+', 'rhyme', false],
    ['[a[0-9]]+', 'a1', true],
    ['[]a]+', ']a', true],
    ['[^]]', ']', false],
    ['[a-]+', 'a-', true],
    ['[\\w.-]+', 'a-b.c', true],
    ['(?i)[^a]', 'A', false],
    ['\\p{Lu}\\p{L}*', 'Ärger', true],
    ['\\p{Alpha}+', 'Ärger', false],
    ['\\pL+', 'Ärger', true],
    ['\\p{IsGreek}', 'λ', true],
    ['\\x41\\u0042\\x{1F511}', 'AB🔑', true],
    ['.', '🔑', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\bkey\\b.*', 'key value', true],
    ['k\\Bey', 'key', true],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['a$\\n', 'a\n', true],
    ['(?m)a$\\n^b', 'a\nb', true],
    ['\\Aa\\z', 'a', true],
    ['\\t\\n\\r\\f\\e\\0101', '\t\n\r\f\u001bA', true],
    ['a*?b+?', 'aabb', true],
    ['(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,}', 'Passw0rdX', true],
    ['(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,}', 'Passw0rd X', false],
    ['(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,}', 'password1', false],
    ['.*(?<=end)', 'the end', true],
    ['.*(?<!end)', 'the end', false],
    ['(?=a(?=b)).*', 'abc', true],
    ['(?=a(?=b)).*', 'acb', false],
  ])('%s on %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })
})

test.each([
  '(',
  ')',
  '[',
  '[]',
  '[z-a]',
  'a{2',
  'a{3,2}',
  'a{,2}',
  '*a',
  'a**',
  '(?<1>a)',
  '\\y',
  '\\',
  '\\xg1',
  '(?z)',
])('%s is no pattern', (pattern) => {
  expect(compileLinearPattern(pattern)).toEqual({ refused: 'syntax' })
})

test.each(['(a)\\1', '(?<x>a)\\k<x>', 'a++', '(?>a)', '\\p{Nothing}', '(?x)a', 'a{20000}'])(
  '%s needs more than such a machine',
  (pattern) => {
    expect(compileLinearPattern(pattern)).toEqual({ refused: 'unsupported' })
  },
)

test('what would need too large a machine is refused, whatever it matches', () => {
  for (const pattern of ['(a{1000}){1000}', '((){9999}){9999}', '((a?){9999}){9999}', '(?=(a{500}){500})']) {
    expect(compileLinearPattern(pattern)).toEqual({ refused: 'too-large' })
  }
})

test.each([
  ['(a+)+', `${'a'.repeat(8000)}!`],
  ['(a|a)*', `${'a'.repeat(8000)}!`],
  ['(.*)*(.*)*(.*)*x', 'y'.repeat(8000)],
  ['(a?){50}a{50}', 'a'.repeat(49)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(8000)],
])('%s, at which others despair, is answered', (pattern, text) => {
  expect(matches(pattern, text)).toBe(false)
})

test('a class of hundreds of properties is asked once a character', () => {
  const text = Array.from({ length: 2700 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('')
  const costly = `[${'\\p{Lu}'.repeat(150)}]`
  expect(matches(`(?:${costly}|.)*(?:${costly}|.)*`.slice(0, 5000), text)).toBe(true)
})

test('what would take too long is given up', () => {
  expect(matches('.{1,8192}', 'a'.repeat(8192))).toBe(true)
  expect(matches('(?:a?){4000}b', 'a'.repeat(8192))).toBe('too-costly')
})

/** Patterns that mean the same to the engine of this language. */
const patterns = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c', '.', '\\d', '\\w', '[ab]', '[^a]', '[a-c1]', '\\b', '^', '1', ''),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map(([a, count]) => `(?:${a})${count}`),
    fc.tuple(fc.constantFrom('=', '!', '<=', '<!'), tie('node')).map(([kind, a]) => `(?${kind}${a})`),
  ),
})).node

test('agrees with a backtracking engine wherever that one ends soon', () => {
  fc.assert(
    fc.property(
      patterns,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 7 }),
      (source, text) => {
        fc.pre(source.length < 60)
        expect(matches(source, text)).toBe(new RegExp(`^(?:${source})$`, 'u').test(text))
      },
    ),
    { numRuns: 2000, seed: 20261122 },
  )
})

test('any text at all is a pattern or refused', () => {
  const odd = fc.string({
    unit: fc.constantFrom(...Array.from('()[]{}^$.|?*+\\-&<>=!:,0129abQEpPxuLki\u{1f511}\n')),
    maxLength: 30,
  })
  fc.assert(
    fc.property(odd, odd, (source, text) => {
      const compiled = compileLinearPattern(source)
      if ('pattern' in compiled) expect([true, false, 'too-costly']).toContain(compiled.pattern.matches(text))
    }),
    { numRuns: 3000, seed: 20261122 },
  )
})
