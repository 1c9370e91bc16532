import { assert } from '../../base/assert.ts'
import type { RotationRulesRecord } from './records.ts'
import { parseDuration, parseSchedule, type RotationDays, type RotationSchedule } from './rotation-rules.ts'

/** When a rotation may happen, in milliseconds since 1970; the end is the first moment that is too late. */
export interface RotationWindow {
  readonly start: number
  readonly end: number
}

export interface WindowQuestion {
  /** The last rotation, or when the rules were set: the window begins later. */
  readonly after: number
  /** When the rules were set: rates of hours are counted from midnight of that day. */
  readonly since: number
}

const hour = 3_600_000
const day = 24 * hour
/** The 29th of February comes at least every eight years. */
const daysAhead = 8 * 366 + 1

/**
 * The next window of a schedule (Secrets Manager user guide, «Rotation schedules»): all times are UTC; a rate begins at midnight; without
 * a duration a window ends with its day, or after an hour where a day has several. Nothing where the rules name no time, or a day that
 * never comes.
 */
export function nextWindow(rules: RotationRulesRecord, question: WindowQuestion): RotationWindow | undefined {
  const schedule = scheduleOf(rules)
  if (!schedule) return undefined
  const start = nextStart(schedule, question)
  if (start === undefined) return undefined
  const length = rules.duration === undefined ? undefined : parseDuration(rules.duration)
  assert(!length || 'hours' in length, 'stored rotation rules were checked before')
  if (length) return { start, end: start + length.hours * hour }
  return { start, end: severalADay(schedule) ? start + hour : midnight(start) + day }
}

/** How many days lie between two windows of a schedule from a moment on, at least one: what answers show as `AutomaticallyAfterDays`. */
export function daysBetweenWindows(rules: RotationRulesRecord, question: WindowQuestion): number | undefined {
  const first = nextWindow(rules, question)
  const second = first && nextWindow(rules, { ...question, after: first.start })
  return first && second && Math.max(1, Math.round((second.start - first.start) / day))
}

function scheduleOf({ automaticallyAfterDays, scheduleExpression }: RotationRulesRecord): RotationSchedule | undefined {
  if (automaticallyAfterDays !== undefined) return { kind: 'rate', unit: 'days', every: automaticallyAfterDays }
  if (scheduleExpression === undefined) return undefined
  const parsed = parseSchedule(scheduleExpression)
  assert('schedule' in parsed, 'stored rotation rules were checked before')
  return parsed.schedule
}

function severalADay(schedule: RotationSchedule): boolean {
  return schedule.kind === 'rate' ? schedule.unit === 'hours' : schedule.hours.length > 1
}

function midnight(moment: number): number {
  return moment - (moment % day)
}

function nextStart(schedule: RotationSchedule, { after, since }: WindowQuestion): number | undefined {
  if (schedule.kind === 'cron') return nextCronStart(schedule, after)
  if (schedule.unit === 'days') return midnight(after) + schedule.every * day
  const step = schedule.every * hour
  const origin = midnight(since)
  return origin + (Math.floor((after - origin) / step) + 1) * step
}

function nextCronStart(
  { hours, months, days }: Extract<RotationSchedule, { kind: 'cron' }>,
  after: number,
): number | undefined {
  let date = midnight(after)
  for (let looked = 0; looked < daysAhead; looked++, date += day) {
    const today = new Date(date)
    if (!months.includes(today.getUTCMonth() + 1) || !fits(days, today)) continue
    const hourOfDay = hours.find((one) => date + one * hour > after)
    if (hourOfDay !== undefined) return date + hourOfDay * hour
  }
  return undefined
}

function fits(days: RotationDays, today: Date): boolean {
  const date = today.getUTCDate()
  const weekday = today.getUTCDay() + 1
  const last = lastDateOf(today)
  switch (days.kind) {
    case 'every':
      return true
    case 'days-of-month':
      return days.days.includes(date)
    case 'last-day-of-month':
      return date === last
    case 'nearest-weekday':
      return days.day <= last && date === nearestWeekday(today, days.day, last)
    case 'last-weekday-of-month':
      return date === nearestWeekday(today, last, last)
    case 'days-of-week':
      return days.days.includes(weekday)
    case 'nth-day-of-week':
      return weekday === days.day && Math.ceil(date / 7) === days.nth
    case 'last-day-of-week':
      return weekday === days.day && date + 7 > last
  }
}

function lastDateOf(today: Date): number {
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 0)).getUTCDate()
}

/** The date itself, or the Friday before, or the Monday after; never in another month. */
function nearestWeekday(today: Date, date: number, last: number): number {
  const weekday = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), date)).getUTCDay()
  if (weekday === 6) return date === 1 ? 3 : date - 1
  if (weekday === 0) return date === last ? date - 2 : date + 1
  return date
}
