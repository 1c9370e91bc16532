import { expect, test } from 'vitest'
import { codeAt, stepAt, stepOf } from './one-time-code.ts'

const seed = Buffer.from('12345678901234567890')

// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at second %i the code is %s', (seconds, code) => {
  expect(codeAt(seed, stepAt(seconds * 1000))).toBe(code)
})

test('a code is of one of the steps it may be of, or of none', () => {
  expect(stepOf(codeAt(seed, 7), seed, [6, 7, 8])).toBe(7)
  expect(stepOf(codeAt(seed, 9), seed, [6, 7, 8])).toBeUndefined()
  expect(stepOf('', seed, [6, 7, 8])).toBeUndefined()
})
