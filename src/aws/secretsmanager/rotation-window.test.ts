import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RotationRulesRecord } from './records.ts'
import { daysBetweenWindows, nextWindow } from './rotation-window.ts'

const hour = 3_600_000
const at = (text: string) => Date.parse(`${text}Z`)
const shown = (moment: number) => new Date(moment).toISOString().slice(0, 16)

/** The next windows from a moment on, as texts. */
function windows(rules: RotationRulesRecord, after: string, count: number, since = after): string[] {
  const found: string[] = []
  let from = at(after)
  for (let index = 0; index < count; index++) {
    const window = nextWindow(rules, { after: from, since: at(since) })
    if (!window) break
    found.push(`${shown(window.start)} to ${shown(window.end)}`)
    from = window.start
  }
  return found
}

const cron = (scheduleExpression: string, duration?: string) => ({ scheduleExpression, duration })

test.each([
  [
    'days',
    { automaticallyAfterDays: 10 },
    '2026-11-23T15:30',
    ['2026-12-03T00:00 to 2026-12-04T00:00', '2026-12-13T00:00 to 2026-12-14T00:00'],
  ],
  [
    'days with a window',
    { automaticallyAfterDays: 1, duration: '3h' },
    '2026-02-28T00:00',
    ['2026-03-01T00:00 to 2026-03-01T03:00'],
  ],
  [
    'a rate of days',
    { scheduleExpression: 'rate(30 days)' },
    '2026-01-31T23:59',
    ['2026-03-02T00:00 to 2026-03-03T00:00'],
  ],
  [
    'a rate of hours goes on over midnight',
    { scheduleExpression: 'rate(10 hours)' },
    '2026-11-23T15:30',
    [
      '2026-11-23T20:00 to 2026-11-23T21:00',
      '2026-11-24T06:00 to 2026-11-24T07:00',
      '2026-11-24T16:00 to 2026-11-24T17:00',
    ],
  ],
  [
    'hours of a day begin anew each day',
    cron('cron(0 /8 * * ? *)'),
    '2026-11-23T09:00',
    ['2026-11-23T16:00 to 2026-11-23T17:00', '2026-11-24T00:00 to 2026-11-24T01:00'],
  ],
  [
    'days of a month',
    cron('cron(0 16 1,15 * ? *)', '2h'),
    '2026-11-15T16:00',
    ['2026-12-01T16:00 to 2026-12-01T18:00', '2026-12-15T16:00 to 2026-12-15T18:00'],
  ],
  ['until the end of the day', cron('cron(0 8 1 * ? *)'), '2026-11-01T07:59', ['2026-11-01T08:00 to 2026-11-02T00:00']],
  [
    'the last day of a month',
    cron('cron(0 0 L * ? *)'),
    '2028-01-31T00:00',
    ['2028-02-29T00:00 to 2028-03-01T00:00', '2028-03-31T00:00 to 2028-04-01T00:00'],
  ],
  [
    'the last Sunday',
    cron('cron(0 4 ? * SUNL *)', '1h'),
    '2026-11-23T00:00',
    ['2026-11-29T04:00 to 2026-11-29T05:00', '2026-12-27T04:00 to 2026-12-27T05:00'],
  ],
  [
    'the last day of a week is Saturday',
    cron('cron(0 4 ? * L *)', '1h'),
    '2026-11-23T00:00',
    ['2026-11-28T04:00 to 2026-11-28T05:00'],
  ],
  [
    'the first Sunday of every third month',
    cron('cron(0 1 ? 1/3 SUN#1 *)', '1h'),
    '2026-11-23T00:00',
    ['2027-01-03T01:00 to 2027-01-03T02:00', '2027-04-04T01:00 to 2027-04-04T02:00'],
  ],
  [
    'a fifth Monday skips months without one',
    cron('cron(0 1 ? * 2#5 *)', '1h'),
    '2026-10-01T00:00',
    ['2026-11-30T01:00 to 2026-11-30T02:00', '2027-03-29T01:00 to 2027-03-29T02:00'],
  ],
  [
    'the weekday nearest to a Sunday',
    cron('cron(0 1 15W * ? *)', '1h'),
    '2026-11-01T00:00',
    ['2026-11-16T01:00 to 2026-11-16T02:00', '2026-12-15T01:00 to 2026-12-15T02:00'],
  ],
  [
    'the weekday nearest to a Saturday the first',
    cron('cron(0 1 1W 8 ? *)', '1h'),
    '2026-01-01T00:00',
    ['2026-08-03T01:00 to 2026-08-03T02:00'],
  ],
  [
    'the last weekday of a month',
    cron('cron(0 1 LW * ? *)', '1h'),
    '2026-10-20T00:00',
    ['2026-10-30T01:00 to 2026-10-30T02:00', '2026-11-30T01:00 to 2026-11-30T02:00'],
  ],
  [
    'a day that comes every four years',
    cron('cron(0 0 29 2 ? *)'),
    '2097-01-01T00:00',
    ['2104-02-29T00:00 to 2104-03-01T00:00'],
  ],
  ['a day that never comes', cron('cron(0 0 31 2 ? *)'), '2026-01-01T00:00', []],
  [
    'weekdays by number count from Sunday',
    cron('cron(0 20 ? * 2-6 *)', '4h'),
    '2026-11-20T20:00',
    ['2026-11-23T20:00 to 2026-11-24T00:00'],
  ],
] as const)('%s', (_name, rules, after, expected) => {
  expect(windows(rules, after, expected.length || 1)).toEqual(expected)
})

test('rules without a time have no window', () => {
  expect(nextWindow({}, { after: 0, since: 0 })).toBeUndefined()
})

test('hours are counted from the day on which the rules were set, whenever a rotation happens', () => {
  expect(windows({ scheduleExpression: 'rate(100 hours)' }, '2026-11-23T12:34', 1, '2026-11-01T22:00')).toEqual([
    '2026-11-26T00:00 to 2026-11-26T01:00',
  ])
})

test.each([
  [{ scheduleExpression: 'rate(10 days)' }, 10],
  [{ scheduleExpression: 'rate(6 hours)' }, 1],
  [{ scheduleExpression: 'cron(0 8 1 * ? *)' }, 31],
  [{ scheduleExpression: 'cron(0 8 ? * 2 *)' }, 7],
  [{ scheduleExpression: 'cron(0 0 31 2 ? *)' }, undefined],
])('%o is so many days from window to window', (rules, days) => {
  const now = at('2026-11-23T00:00')
  expect(daysBetweenWindows(rules, { after: now, since: now })).toBe(days)
})

const anyRules = fc.oneof(
  fc.record({ automaticallyAfterDays: fc.integer({ min: 1, max: 1000 }) }),
  fc.integer({ min: 4, max: 999 * 24 }).map((n) => ({ scheduleExpression: `rate(${n} hours)` })),
  fc
    .record({
      hours: fc.constantFrom('0', '23', '/4', '1,7,20', '*/6', '2/5'),
      days: fc.constantFrom(
        '* * ?',
        'L * ?',
        '15W 2-5 ?',
        'LW * ?',
        '1,31 * ?',
        '? * MON#2',
        '? JAN,JUN FRIL',
        '? * *',
        '29 2 ?',
      ),
    })
    .map(({ hours, days }) => ({ scheduleExpression: `cron(0 ${hours} ${days} *)` })),
)
const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2080, 0) })

test('windows begin later than asked, on the hour, do not touch each other, and none is left out', () => {
  fc.assert(
    fc.property(anyRules, moment, moment, (rules, after, since) => {
      const first = nextWindow(rules, { after, since })
      if (!first) throw new Error('these rules have windows')
      expect(first.start).toBeGreaterThan(after)
      expect(first.start % hour).toBe(0)
      expect(first.end).toBeGreaterThan(first.start)
      const second = nextWindow(rules, { after: first.start, since })
      expect(second && second.start >= first.end).toBe(true)
      if ('scheduleExpression' in rules) {
        const between = Math.floor((after + first.start) / 2)
        if (between > after && between < first.start && !/days/.test(rules.scheduleExpression)) {
          expect(nextWindow(rules, { after: between, since })).toEqual(first)
        }
      }
    }),
    { numRuns: 200, seed: 6 },
  )
})
