import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepestJson, parseJson } from './parse-json.ts'

const parse = (text: string) => parseJson(Buffer.from(text))

test('what JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(parse(JSON.stringify(value))).toEqual({ value: JSON.parse(JSON.stringify(value)) as unknown })
    }),
    { seed: 7 },
  )
})

test('any bytes are either read as JSON.parse reads them or refused', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'null', 'a', ' ', '\u0000', 'é')
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((raw) => Buffer.from(raw)),
    fc.array(pieces, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
  )
  fc.assert(
    fc.property(bytes, (body) => {
      const parsed = parseJson(body)
      if (parsed) expect(parsed.value).toEqual(JSON.parse(body.toString('utf8')))
      else expect(() => JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))).toThrow()
    }),
    { numRuns: 2000, seed: 7 },
  )
})

test('depth is bounded, whatever stands in strings', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  expect(parse(nested(deepestJson))).toBeDefined()
  expect(parse(nested(deepestJson + 1))).toBeUndefined()
  expect(parse('[['.repeat(1_000_000))).toBeUndefined()
  expect(parse(JSON.stringify('[\\"{'.repeat(1000)))).toBeDefined()
  expect(parse(`"\\\\",${nested(65)}`)).toBeUndefined()
  expect(parse(`["\\\\\\"",${nested(deepestJson)}]`)).toBeUndefined()
  expect(parse(JSON.stringify(Array.from({ length: 1000 }, () => [{}])))).toBeDefined()
})

test.each([
  ['', undefined],
  ['\u0000', undefined],
  ['{}\u0000', undefined],
  ['\uFEFF{}', undefined],
  ['{"a":1,}', undefined],
  ['{} {}', undefined],
  ['NaN', undefined],
  ['{"a":1,"a":2}', { value: { a: 2 } }],
  [' null ', { value: null }],
])('%j', (text, expected) => {
  expect(parse(text)).toEqual(expected)
})

test('bytes that are not UTF-8 are refused', () => {
  expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined()
  expect(parseJson(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBeUndefined()
})

test('a member called __proto__ is a member, not a prototype', () => {
  const value = parse('{"__proto__":{"polluted":true}}')?.value
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
