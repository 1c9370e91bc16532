import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64 } from './bytes.ts'

const strict = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

test('bytes come back from their base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(new Uint8Array(fromBase64(toBase64(bytes)) ?? [])).toEqual(bytes)
    }),
    { seed: 3 },
  )
})

test('only standard base64 with padding is taken', () => {
  const piece = fc.constantFrom('A', '/', '+', '9', '=', '-', '_', ' ', '\n', 'é')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = pieces.join('')
      expect(fromBase64(text) !== undefined).toBe(strict.test(text))
    }),
    { numRuns: 2000, seed: 3 },
  )
})

test('a text of tens of megabytes is read', () => {
  const bytes = Buffer.alloc(40_000_000, 'x')
  expect(fromBase64(toBase64(bytes))?.equals(bytes)).toBe(true)
})
