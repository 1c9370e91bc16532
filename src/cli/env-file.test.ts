import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EnvEntry, formatEnvEntry, parseEnvFile } from './env-file.ts'

test('reads what such files hold', () => {
  const text = `# a comment
PLAIN=value
export EXPORTED = spaced   # a comment

HASH=a#b
EMPTY=
SINGLE='as $it \\n is' # a comment
DOUBLE="line\\none \\"two\\" \\$HOME \\\\ \\x"
LONG="first
second"\r
dotted.name-1=x=y\r
`
  expect(Object.fromEntries((parseEnvFile(text) as EnvEntry[]).map(({ name, value }) => [name, value]))).toEqual({
    PLAIN: 'value',
    EXPORTED: 'spaced',
    HASH: 'a#b',
    EMPTY: '',
    SINGLE: 'as $it \\n is',
    DOUBLE: 'line\none "two" $HOME \\ \\x',
    LONG: 'first\nsecond',
    'dotted.name-1': 'x=y',
  })
})

test.each([
  ['A=1\nno assignment', 2],
  ['A=1\n\n1A=2', 3],
  ["A='open\n\n", 1],
  ['A="open\\"', 1],
  ["A='x' y", 1],
  ['A=1\n=x', 2],
])('%j is refused with its line', (text, line) => {
  expect(parseEnvFile(text)).toMatchObject({ fault: { line } })
})

test('what is written is read back', () => {
  const entry = fc.record({ name: fc.constantFrom('A', 'B_1', 'c.d'), value: fc.string({ unit: 'binary' }) })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const text = entries.map((each) => `${formatEnvEntry(each)}\n`).join('')
      expect(parseEnvFile(text)).toEqual(entries)
    }),
    { numRuns: 500 },
  )
})

test('any text is read or refused', () => {
  const odd = fc.string({ unit: fc.constantFrom('A', '=', "'", '"', '\\', '\n', ' ', '#', 'é', '\r') })
  fc.assert(
    fc.property(odd, (text) => {
      const read = parseEnvFile(text)
      expect('fault' in read || Array.isArray(read)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
