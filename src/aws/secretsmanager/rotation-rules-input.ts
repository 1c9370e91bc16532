import type { RotationRulesType } from '../models/secretsmanager.ts'
import { daysAndSchedule, durationNeedsSchedule, invalidSchedule } from './messages.ts'
import type { RotationRulesRecord } from './records.ts'
import { longestWindowHours, parseDuration, parseSchedule, type RotationFault } from './rotation-rules.ts'

/** The rules of a request as they are kept, or the refusal of those that make no schedule. */
export function readRules(rules: RotationRulesType): RotationRulesRecord {
  checkRules(rules)
  return {
    automaticallyAfterDays: rules.AutomaticallyAfterDays,
    duration: rules.Duration,
    scheduleExpression: rules.ScheduleExpression,
  }
}

function checkRules(rules: RotationRulesType): void {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression, Duration: duration } = rules
  if (days !== undefined && expression !== undefined) throw daysAndSchedule()
  if (days === undefined && expression === undefined && duration !== undefined) throw durationNeedsSchedule()
  const parsed = expression === undefined ? undefined : parseSchedule(expression)
  if (parsed && 'invalid' in parsed) throw invalidSchedule(faultTexts[parsed.invalid])
  if (duration === undefined) return
  const length = parseDuration(duration)
  if ('invalid' in length) throw invalidSchedule(faultTexts[length.invalid])
  const most = longestWindowHours(parsed?.schedule ?? { kind: 'rate', unit: 'days', every: days ?? 1 })
  if (length.hours > most) throw invalidSchedule(faultTexts['window-too-long'])
}

const faultTexts: Readonly<Record<RotationFault, string>> = {
  'not-an-expression': 'it must be a rate() or cron() expression.',
  'rate-value': 'a rate must be a positive whole number and a unit.',
  'rate-unit': 'the unit of a rate must be hours or days.',
  'too-often': 'the time between rotations must be at least 4 hours.',
  'too-rarely': 'the time between rotations must be at most 999 days.',
  'field-count': 'a cron expression must have 6 fields.',
  minutes: 'the Minutes field must be 0.',
  hours: 'the Hours field is not valid.',
  'day-of-month': 'the Day-of-month field is not valid.',
  month: 'the Month field is not valid.',
  'day-of-week': 'the Day-of-week field is not valid.',
  'day-fields': 'one of Day-of-month and Day-of-week must be a question mark, and the other one not.',
  year: 'the Year field must be an asterisk.',
  duration: 'the window must be from 1h to 24h long.',
  'window-too-long': 'the window must not extend into the next one or into the next UTC day.',
}
