import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMoment } from './date.ts'

test.each([
  ['2026', '2026-01-01T00:00:00.000Z'],
  ['2026-02', '2026-02-01T00:00:00.000Z'],
  ['2026-02-03', '2026-02-03T00:00:00.000Z'],
  ['2026-02-03T04', '2026-02-03T04:00:00.000Z'],
  ['2026-02-03T04:05Z', '2026-02-03T04:05:00.000Z'],
  ['2026-02-03t04:05:06z', '2026-02-03T04:05:06.000Z'],
  ['2026-02-03T04:05:06.5Z', '2026-02-03T04:05:06.500Z'],
  ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
  ['2026-02-03T04:05:06-0230', '2026-02-03T06:35:06.000Z'],
  ['2026-02-03T04:05:06+01', '2026-02-03T03:05:06.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['0050-01-01', '0050-01-01T00:00:00.000Z'],
  ['1767225600', '2026-01-01T00:00:00.000Z'],
  ['-86400', '1969-12-31T00:00:00.000Z'],
])('%s is %s', (text, moment) => {
  expect(parseMoment(text)).toBe(Date.parse(moment))
})

test.each([
  '',
  'now',
  '12',
  '2026-13',
  '2026-00',
  '2026-02-30',
  '2025-02-29',
  '2026-1-1',
  '2026-02-03T',
  '2026-02-03T25',
  '2026-02-03T04:60Z',
  '2026-02-03T04:05:61Z',
  '2026-02-03T04:05:06+25:00',
  '2026-02-03T04:05:06.1234567890Z',
  '2026-02-03 04:05:06Z',
  '9223372036854775808',
  '1e9',
])('%s is no moment', (text) => {
  expect(parseMoment(text)).toBeUndefined()
})

test('reads back what Date writes', () => {
  const date = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(date, (value) => {
      expect(parseMoment(value.toISOString())).toBe(value.getTime())
    }),
  )
})

test('takes any text or refuses it', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1', '2026', '-', ':', 'T', 'Z', '.', '+'), maxLength: 14 })
  fc.assert(
    fc.property(text, (value) => {
      const moment = parseMoment(value)
      expect(moment === undefined || Number.isFinite(moment)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})
