import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longestWindowHours, parseDuration, parseSchedule, type RotationSchedule } from './rotation-rules.ts'

const everyMonth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
const cron = (more: object) => ({ kind: 'cron', hours: [0], months: everyMonth, days: { kind: 'every' }, ...more })

test.each([
  ['rate(4 hours)', { kind: 'rate', unit: 'hours', every: 4 }],
  ['rate(1 day)', { kind: 'rate', unit: 'days', every: 1 }],
  ['rate(10 days)', { kind: 'rate', unit: 'days', every: 10 }],
  ['cron(0 /8 * * ? *)', cron({ hours: [0, 8, 16] })],
  ['cron(0 4/12 * * ? *)', cron({ hours: [4, 16] })],
  ['cron(0 8 * * ? *)', cron({ hours: [8] })],
  ['cron(0 10 ? * 6L *)', cron({ hours: [10], days: { kind: 'last-day-of-week', day: 6 } })],
  ['cron(0 10 ? * SUNL *)', cron({ hours: [10], days: { kind: 'last-day-of-week', day: 1 } })],
  [
    'cron(0 1 ? 1/3 SUN#1 *)',
    cron({ hours: [1], months: [1, 4, 7, 10], days: { kind: 'nth-day-of-week', day: 1, nth: 1 } }),
  ],
  ['cron(0 0 L * ? *)', cron({ days: { kind: 'last-day-of-month' } })],
  ['cron(0 0 1,15 * ? *)', cron({ days: { kind: 'days-of-month', days: [1, 15] } })],
  ['cron(0 0 ? * MON-FRI *)', cron({ days: { kind: 'days-of-week', days: [2, 3, 4, 5, 6] } })],
  ['cron(0 0 1 jan,Jul ? *)', cron({ months: [1, 7], days: { kind: 'days-of-month', days: [1] } })],
])('reads %s', (text, schedule) => {
  expect(parseSchedule(text)).toEqual({ schedule })
})

test.each([
  ['', 'not-an-expression'],
  ['rate 4 hours', 'not-an-expression'],
  ['at(2030-01-01)', 'not-an-expression'],
  ['rate(0 days)', 'rate-value'],
  ['rate(1.5 days)', 'rate-value'],
  ['rate(days)', 'rate-value'],
  ['rate(4 weeks)', 'rate-unit'],
  ['rate(3 hours)', 'too-often'],
  ['rate(1000 days)', 'too-rarely'],
  ['cron(0 0 * * ?)', 'field-count'],
  ['cron(5 0 * * ? *)', 'minutes'],
  ['cron(0 24 * * ? *)', 'hours'],
  ['cron(0 /2 * * ? *)', 'too-often'],
  ['cron(0 5-3 * * ? *)', 'hours'],
  ['cron(0 0 32 * ? *)', 'day-of-month'],
  ['cron(0 0 * 13 ? *)', 'month'],
  ['cron(0 0 ? * 8 *)', 'day-of-week'],
  ['cron(0 0 ? * MON#6 *)', 'day-of-week'],
  ['cron(0 0 ? * MON#1,TUE#2 *)', 'day-of-week'],
  ['cron(0 0 * * * *)', 'day-fields'],
  ['cron(0 0 ? * ? *)', 'day-fields'],
  ['cron(0 0 * * ? 2030)', 'year'],
  [`rate(${'9'.repeat(300)} days)`, 'not-an-expression'],
])('refuses %s', (text, invalid) => {
  expect(parseSchedule(text)).toEqual({ invalid })
})

test.each([
  ['3h', { hours: 3 }],
  ['24h', { hours: 24 }],
  ['0h', { invalid: 'duration' }],
  ['25h', { invalid: 'duration' }],
  ['3m', { invalid: 'duration' }],
])('a window of %s', (text, expected) => {
  expect(parseDuration(text)).toEqual(expected)
})

test.each([
  ['rate(6 hours)', 6],
  ['rate(48 hours)', 24],
  ['rate(2 days)', 24],
  ['cron(0 16 * * ? *)', 8],
  ['cron(0 0,6 * * ? *)', 6],
  ['cron(0 0,22 * * ? *)', 2],
])('%s leaves windows of up to %i hours', (text, hours) => {
  const parsed = parseSchedule(text)
  expect('schedule' in parsed && longestWindowHours(parsed.schedule)).toBe(hours)
})

test('any text is read into values within their bounds, or refused', () => {
  const token = fc.constantFrom(
    ...'0123456789*?/,-#L() '.split(''),
    'rate(',
    'cron(',
    ')',
    ' days',
    ' hours',
    'SUN',
    'JAN',
    'SATL',
  )
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
  )
  const fields = fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 5 })
  const crons = fields.map(
    (parts) => `cron(0 ${parts.map((part) => part.join('').replaceAll(/[() ]/g, '')).join(' ')})`,
  )
  fc.assert(
    fc.property(fc.oneof(text, crons), (expression) => {
      const parsed = parseSchedule(expression)
      if ('schedule' in parsed) expectBounded(parsed.schedule)
    }),
    { numRuns: 3_000 },
  )
})

function expectBounded(schedule: RotationSchedule): void {
  const window = longestWindowHours(schedule)
  expect(window >= 1 && window <= 24).toBe(true)
  if (schedule.kind === 'rate') return
  expect(schedule.hours.every((hour) => hour >= 0 && hour <= 23)).toBe(true)
  expect(schedule.months.every((month) => month >= 1 && month <= 12)).toBe(true)
  expect(schedule.hours.length).toBeGreaterThan(0)
}
