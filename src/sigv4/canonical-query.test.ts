import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalQuery, parseQuery } from './canonical-query.ts'
import { decode, encode, reencode } from './percent-encoding.ts'

const bytes = fc.uint8Array({ maxLength: 24 }).map((data) => Buffer.from(data).toString('latin1'))

function canonical(query: string, except?: string): string | undefined {
  const parameters = parseQuery(query)
  return parameters && canonicalQuery(parameters, except)
}

test.each([
  ['', ''],
  ['a', 'a='],
  ['a=', 'a='],
  ['=a', '=a'],
  ['&&a=1&', 'a=1'],
  ['a=b=c', 'a=b%3Dc'],
  ['b=2&a=2&a=1', 'a=1&a=2&b=2'],
  ['Param-3=3&Param=2', 'Param=2&Param-3=3'],
  ['a=1&A=2', 'A=2&a=1'],
  ['a=%2f%7e%41+', 'a=%2F~A%20'],
  ['a=\u00e1', 'a=%E1'],
])('%j is signed as %j', (query, expected) => {
  expect(canonical(query)).toBe(expected)
})

test.each(['a=%', 'a=%4', 'a=%zz', '%=1', 'a=%%41', 'a=%4&b=1', 'a=%-1'])('%j is broken', (query) => {
  expect(parseQuery(query)).toBeUndefined()
})

test('a parameter can be left out', () => {
  expect(canonical('b=1&sig=x&a=2', 'sig')).toBe('a=2&b=1')
})

test('every text of bytes survives encoding, and a canonical text is its own canonical form', () => {
  fc.assert(
    fc.property(bytes, (text) => {
      expect(decode(encode(text))).toBe(text)
      expect(reencode(encode(text))).toBe(encode(text))
      expect(encode(text)).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
    }),
    { seed: 4 },
  )
})

test('two queries are one only if they say the same', () => {
  const pairs = fc.array(
    fc.tuple(bytes, bytes).filter(([name]) => name !== ''),
    { maxLength: 4 },
  )
  const write = (of: [string, string][]) => of.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  fc.assert(
    fc.property(pairs, pairs, (a, b) => {
      const same = write(a).split('&').sort().join('&') === write(b).split('&').sort().join('&')
      expect(canonical(write(a)) === canonical(write(b))).toBe(same)
    }),
    { seed: 4 },
  )
})
