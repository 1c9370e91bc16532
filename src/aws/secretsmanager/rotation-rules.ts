import { type FieldRange, parseCronField, parseCronValue } from './cron-field.ts'

/** Days of a month: numbers, or the last one; days of a week count from 1, Sunday. */
export type RotationDays =
  | { readonly kind: 'every' }
  | { readonly kind: 'days-of-month'; readonly days: readonly number[] }
  | { readonly kind: 'last-day-of-month' }
  /** The day from Monday to Friday of the same month that is nearest to a day, or the last one of the month. */
  | { readonly kind: 'nearest-weekday'; readonly day: number }
  | { readonly kind: 'last-weekday-of-month' }
  | { readonly kind: 'days-of-week'; readonly days: readonly number[] }
  | { readonly kind: 'nth-day-of-week'; readonly day: number; readonly nth: number }
  | { readonly kind: 'last-day-of-week'; readonly day: number }

/** When rotation windows begin; all times are UTC. */
export type RotationSchedule =
  /** From midnight on, every so many hours or days. */
  | { readonly kind: 'rate'; readonly unit: 'hours' | 'days'; readonly every: number }
  | {
      readonly kind: 'cron'
      readonly hours: readonly number[]
      readonly months: readonly number[]
      readonly days: RotationDays
    }

export type RotationFault =
  | 'not-an-expression'
  | 'rate-value'
  | 'rate-unit'
  | 'too-often'
  | 'too-rarely'
  | 'field-count'
  | 'minutes'
  | 'hours'
  | 'day-of-month'
  | 'month'
  | 'day-of-week'
  | 'day-fields'
  | 'year'
  | 'duration'
  | 'window-too-long'

export type ParsedSchedule = { readonly schedule: RotationSchedule } | { readonly invalid: RotationFault }

const hourRange: FieldRange = { least: 0, most: 23 }
const dayRange: FieldRange = { least: 1, most: 31 }
const monthRange: FieldRange = {
  least: 1,
  most: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
}
const weekdayRange: FieldRange = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] }

const longestExpression = 256
const leastHours = 4
const mostDays = 999
const hoursPerDay = 24

/** Reads a schedule expression (Secrets Manager user guide, «Rotation schedules»). */
export function parseSchedule(text: string): ParsedSchedule {
  if (text.length > longestExpression) return { invalid: 'not-an-expression' }
  const found = /^(rate|cron)\(([^()]*)\)$/.exec(text)
  if (!found) return { invalid: 'not-an-expression' }
  const words = (found[2] ?? '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  return found[1] === 'rate' ? parseRate(words) : parseCron(words)
}

function parseRate(words: readonly string[]): ParsedSchedule {
  const [value = '', unit = ''] = words
  if (words.length !== 2 || !/^[1-9]\d{0,5}$/.test(value)) return { invalid: 'rate-value' }
  if (!/^(?:hour|day)s?$/.test(unit)) return { invalid: 'rate-unit' }
  const every = Number(value)
  const hours = unit.startsWith('hour')
  if (hours && every < leastHours) return { invalid: 'too-often' }
  if (every > (hours ? mostDays * hoursPerDay : mostDays)) return { invalid: 'too-rarely' }
  return { schedule: { kind: 'rate', unit: hours ? 'hours' : 'days', every } }
}

function parseCron(words: readonly string[]): ParsedSchedule {
  const [minutes = '', hourText = '', dayOfMonth = '', monthText = '', dayOfWeek = '', year = ''] = words
  if (words.length !== 6) return { invalid: 'field-count' }
  if (!/^0{1,2}$/.test(minutes)) return { invalid: 'minutes' }
  const hours = parseCronField(hourText, hourRange)
  if (!hours) return { invalid: 'hours' }
  if (shortestGap(hours) < leastHours) return { invalid: 'too-often' }
  const months = parseCronField(monthText, monthRange)
  if (!months) return { invalid: 'month' }
  if (year !== '*') return { invalid: 'year' }
  const days = parseDays(dayOfMonth, dayOfWeek)
  return typeof days === 'string' ? { invalid: days } : { schedule: { kind: 'cron', hours, months, days } }
}

/** Hours between two starts on one day; a single one has the whole day. */
function shortestGap(hours: readonly number[]): number {
  return Math.min(hoursPerDay, ...hours.slice(1).map((hour, index) => hour - (hours[index] ?? 0)))
}

/** One of the two day fields says something, the other is a question mark. */
function parseDays(dayOfMonth: string, dayOfWeek: string): RotationDays | RotationFault {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return 'day-fields'
  if (dayOfWeek === '?') {
    if (dayOfMonth === '*') return { kind: 'every' }
    const upper = dayOfMonth.toUpperCase()
    if (upper === 'L') return { kind: 'last-day-of-month' }
    if (upper === 'LW') return { kind: 'last-weekday-of-month' }
    if (upper.endsWith('W')) {
      const day = parseCronValue(upper.slice(0, -1), dayRange)
      return day === undefined ? 'day-of-month' : { kind: 'nearest-weekday', day }
    }
    const days = parseCronField(dayOfMonth, dayRange)
    return days ? { kind: 'days-of-month', days } : 'day-of-month'
  }
  if (dayOfWeek === '*') return { kind: 'every' }
  return parseWeekdays(dayOfWeek) ?? 'day-of-week'
}

function parseWeekdays(text: string): RotationDays | undefined {
  const nth = /^([^#]+)#([1-5])$/.exec(text)
  if (nth) {
    const day = parseCronValue(nth[1] ?? '', weekdayRange)
    return day === undefined ? undefined : { kind: 'nth-day-of-week', day, nth: Number(nth[2]) }
  }
  if (text.toUpperCase() === 'L') return { kind: 'days-of-week', days: [7] }
  if (/^.+L$/i.test(text)) {
    const day = parseCronValue(text.slice(0, -1), weekdayRange)
    return day === undefined ? undefined : { kind: 'last-day-of-week', day }
  }
  const days = parseCronField(text, weekdayRange)
  return days && { kind: 'days-of-week', days }
}

/** The hours in `3h`; a window is at least an hour and at most a day long. */
export function parseDuration(text: string): { readonly hours: number } | { readonly invalid: RotationFault } {
  const hours = /^\d{1,2}h$/.test(text) ? Number(text.slice(0, -1)) : 0
  return hours >= 1 && hours <= hoursPerDay ? { hours } : { invalid: 'duration' }
}

/** The longest window that a schedule leaves: it must end before the next begins, and before the day does. */
export function longestWindowHours(schedule: RotationSchedule): number {
  if (schedule.kind === 'rate') {
    return schedule.unit === 'hours' ? Math.min(schedule.every, hoursPerDay) : hoursPerDay
  }
  const last = schedule.hours.at(-1) ?? 0
  return Math.min(shortestGap(schedule.hours), hoursPerDay - last)
}
