import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orFault } from './fault.ts'
import { type JsonNode, parseJsonSource } from './json-source.ts'

function plain(node: JsonNode): unknown {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]))
    case 'array':
      return node.items.map(plain)
    case 'string':
      return node.value
    case 'number':
    case 'boolean':
      return JSON.parse(node.value)
    case 'null':
      return null
  }
}

const parse = (text: string) => orFault(() => parseJsonSource(text))

test('reads what JSON.stringify writes', () => {
  const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false } as fc.JsonSharedConstraints)
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (made, indent) => {
      const text = JSON.stringify(made, null, indent)
      const result = parse(text)
      if ('invalid' in result) throw new Error(`${text}: ${result.invalid.kind}`)
      expect(JSON.stringify(plain(result.value))).toBe(JSON.stringify(made))
    }),
  )
})

test('takes and refuses what JSON.parse takes and refuses, duplicates and depth apart', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-',
    '0',
    '1e',
    '.5',
    'true',
    'null',
    ' ',
    '\n',
    '"\\u00e',
    '"\\n"',
    '"\t"',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 9 }), (tokens) => {
      const text = tokens.join('')
      const result = parse(text)
      if ('invalid' in result) {
        if (result.invalid.kind === 'not-json') expect(() => JSON.parse(text)).toThrow()
        else expect(result.invalid.kind).toBe('duplicate-key')
      } else {
        expect(plain(result.value)).toEqual(JSON.parse(text))
      }
    }),
    { numRuns: 20_000 },
  )
})

test('every value knows its place', () => {
  const text = ' { "a" : [ 1 , "x" ] , "b" : { } } '
  const node = parseJsonSource(text)
  const check = (value: JsonNode) => {
    expect(JSON.parse(text.slice(value.start, value.end))).toEqual(plain(value))
    if (value.type === 'object') for (const member of value.members) check(member.value)
    if (value.type === 'array') value.items.forEach(check)
  }
  check(node)
  expect(text.slice(node.start, node.end)).toBe(text.trim())
})

test.each([
  ['{"a":1,"a":2}', 'duplicate-key'],
  ['{"a":1,"\\u0061":2}', 'duplicate-key'],
  ['['.repeat(40) + ']'.repeat(40), 'too-deep'],
  ['{"a":'.repeat(100_000), 'too-deep'],
  ['', 'not-json'],
  ['"a', 'not-json'],
  ['1 2', 'not-json'],
  ['{"a":1,}', 'not-json'],
  ['[1,]', 'not-json'],
  ['{a:1}', 'not-json'],
  ['01', 'not-json'],
  ['nul', 'not-json'],
])('%.20s is refused as %s', (text, kind) => {
  expect(parse(text)).toMatchObject({ invalid: { kind } })
})
