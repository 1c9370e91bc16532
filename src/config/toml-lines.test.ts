import fc from 'fast-check'
import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { TomlLines } from './toml-lines.ts'

const text = `# a comment with a = 1
top = 1
"quoted name" = 2
'literal' = 3
dotted . "inner.part".deep = 4

[table] # comment
key = """
key2 = 5
[nothing]
"""
later = '''x
y'''
inline = { one = 1, two = { three = "}" , four = [1, 2] } }
[ table . "sub table" ]
list = [
  1, # ] no end
  { inside = "a#b" },

  "x]",
]
after = true
[[many]]
name = "a"
[[many]]
name = "b"
[many.child]
x = 1
[[many.grand]]
y = 1
[[many.grand]]
y = "\\u00e9\\""
"esc\\u0061pe" = 1
`

test.each([
  ['top', 2],
  ['quoted name', 3],
  ['literal', 4],
  ['dotted', 5],
  ['dotted/inner.part/deep', 5],
  ['table', 7],
  ['table/key', 8],
  ['table/later', 12],
  ['table/inline', 14],
  ['table/inline/two/three', 14],
  ['table/inline/two/four/1', 14],
  ['table/sub table', 15],
  ['table/sub table/list', 16],
  ['table/sub table/list/0', 17],
  ['table/sub table/list/1/inside', 18],
  ['table/sub table/list/2', 20],
  ['table/sub table/after', 22],
  ['many', 23],
  ['many/0/name', 24],
  ['many/1', 25],
  ['many/1/name', 26],
  ['many/1/child/x', 28],
  ['many/1/grand/0/y', 30],
  ['many/1/grand/1/y', 32],
  ['many/1/grand/1/escape', 33],
])('%s stands in line %i', (path, line) => {
  expect(() => parse(text)).not.toThrow()
  expect(new TomlLines(text).lineOf(path.split('/'))).toBe(line)
})

test('what is not there stands where its table does, or nowhere', () => {
  const lines = new TomlLines(text)
  expect(lines.lineOf(['table', 'sub table', 'missing', 'deep'])).toBe(15)
  expect(lines.lineOf(['table', 'key2'])).toBe(7)
  expect(lines.lineOf(['key2'])).toBeUndefined()
  expect(lines.lineOf([])).toBeUndefined()
})

test('any text has an end', () => {
  const pieces = fc.constantFrom(
    '[',
    ']',
    '[[',
    '{',
    '}',
    '"',
    "'",
    '"""',
    "'''",
    '=',
    '.',
    ',',
    '#',
    '\n',
    '\r\n',
    '\\',
    'a',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (parts) => {
      const line = new TomlLines(parts.join('')).lineOf(['a'])
      expect(line === undefined || line >= 1).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('long and deep text is read without a fuss', () => {
  const long = 'x'.repeat(1_000_000)
  for (const value of [
    `"${long}"`,
    `"""${long}"""`,
    `'''${long}'''`,
    `[${'1,'.repeat(300_000)}]`,
    '['.repeat(900_000),
    '{a='.repeat(300_000),
  ]) {
    expect(new TomlLines(`a = 1\nb = ${value}`).lineOf(['b'])).toBe(2)
  }
  for (const blank of [' '.repeat(1_000_000), '#\n'.repeat(500_000), `#${long}`]) {
    expect(new TomlLines(`${blank}\na = 1`).lineOf(['a'])).toBe(blank.split('\n').length + 1)
  }
})
