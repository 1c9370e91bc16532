import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTimestamp, parseHttpDate, parseTimestamp } from './timestamp.ts'

const seconds = fc.integer({ min: 0, max: 253_402_300_799 }).map((second) => second * 1_000)

test('a moment survives both forms', () => {
  fc.assert(
    fc.property(seconds, (moment) => {
      expect(parseTimestamp(formatTimestamp(moment))).toBe(moment)
      expect(parseHttpDate(new Date(moment).toUTCString())).toBe(moment)
    }),
    { seed: 4 },
  )
})

test.each([
  '20260230T000000Z',
  '20261323T000000Z',
  '20260023T000000Z',
  '20261100T000000Z',
  '20261123T240000Z',
  '20261123T006000Z',
  '20261123T000060Z',
  '20261123T000000',
  '20261123t000000Z',
  '2026-11-23T00:00:00Z',
  '20261123T0000000Z',
  '19691231T235959Z',
  '+2026112T000000Z',
  '2026112 T000000Z',
  '',
])('%j is no timestamp', (text) => {
  expect(parseTimestamp(text)).toBeUndefined()
})

test('29 February is a day of leap years only', () => {
  expect(parseTimestamp('20280229T000000Z')).toBe(Date.UTC(2028, 1, 29))
  expect(parseTimestamp('20270229T000000Z')).toBeUndefined()
})

test('whatever is read is written the same', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{8}T[0-9]{6}Z$/), (text) => {
      const moment = parseTimestamp(text)
      if (moment !== undefined) expect(formatTimestamp(moment)).toBe(text)
    }),
    { seed: 4 },
  )
})
