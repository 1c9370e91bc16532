import {
  conflictingPolicies,
  invalidPolicyAttribute,
  malformedPolicies,
  tooManyPolicies,
  unknownPolicyType,
} from './messages.ts'
import type { PolicyRecord, PolicyRule } from './records.ts'

const mostPolicies = 10
const units: Readonly<Record<string, number>> = { __proto__: null as never, Hours: 3_600_000, Days: 86_400_000 }
/** A hundred years. */
const longestSpan = 36_525 * 86_400_000

/** Reads the `Policies` of a request, a JSON array in a text; `[{}]` takes all policies away (user guide, «Assigning parameter policies»). */
export function readPolicies(text: string, now: number): readonly PolicyRecord[] {
  const given = parse(text)
  if (given.length > mostPolicies) throw tooManyPolicies()
  const policies = given
    .filter((policy) => Object.keys(policy).length > 0)
    .map(
      (policy): PolicyRecord => ({
        text: JSON.stringify(policy),
        rule: readRule(policy),
        status: 'Pending',
        createdAt: now,
      }),
    )
  checkTogether(policies.map(({ rule }) => rule))
  return policies
}

function parse(text: string): readonly object[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw malformedPolicies(text)
  }
  if (!Array.isArray(parsed)) throw malformedPolicies(text)
  for (const policy of parsed as readonly unknown[]) {
    if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) throw malformedPolicies(text)
  }
  return parsed as readonly object[]
}

function readRule(policy: object): PolicyRule {
  const { Type: type, Version: version, Attributes: attributes } = policy as Record<string, unknown>
  if (version !== '1.0' || typeof attributes !== 'object' || attributes === null) throw invalidPolicyAttribute()
  const { Timestamp: timestamp, Before: before, After: after, Unit: unit } = attributes as Record<string, unknown>
  switch (type) {
    case 'Expiration':
      return { type, at: readTimestamp(timestamp) }
    case 'ExpirationNotification':
      return { type, before: readSpan(before, unit) }
    case 'NoChangeNotification':
      return { type, after: readSpan(after, unit) }
    default:
      throw unknownPolicyType()
  }
}

/** One end at most, and a notification of the end only where there is one. */
function checkTogether(rules: readonly PolicyRule[]): void {
  const ends = rules.filter(({ type }) => type === 'Expiration').length
  if (ends > 1) throw conflictingPolicies()
  if (ends === 0 && rules.some(({ type }) => type === 'ExpirationNotification')) throw conflictingPolicies()
}

function readSpan(count: unknown, unit: unknown): number {
  const text = typeof count === 'number' ? String(count) : count
  const length = typeof unit === 'string' ? units[unit] : undefined
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text) || length === undefined) throw invalidPolicyAttribute()
  const span = Number(text) * length
  if (span === 0 || span > longestSpan) throw invalidPolicyAttribute()
  return span
}

const timestampText =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d)(?::(\d\d))?)$/

/** An instant (`2018-12-02T21:34:33.000Z`) or a time with its offset (`2019-11-01T22:13:48.87+10:30:00`), in milliseconds. */
function readTimestamp(text: unknown): number {
  const parts = typeof text === 'string' ? timestampText.exec(text) : null
  if (!parts) throw invalidPolicyAttribute()
  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, ...offset] = parts
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = offset.map((part) => Number(part ?? 0))
  const fields = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const
  const local = Date.UTC(...fields, Number(fraction.padEnd(3, '0').slice(0, 3)))
  const read = new Date(local)
  const whole = [
    read.getUTCFullYear(),
    read.getUTCMonth(),
    read.getUTCDate(),
    read.getUTCHours(),
    read.getUTCMinutes(),
    read.getUTCSeconds(),
  ]
  const exact = fields.every((field, index) => field === whole[index])
  if (!exact || offsetHours > 18 || offsetMinutes > 59 || offsetSeconds > 59) throw invalidPolicyAttribute()
  const shift = ((offsetHours * 60 + offsetMinutes) * 60 + offsetSeconds) * 1000 * (sign === '-' ? -1 : 1)
  const at = local - shift
  if (at < 0) throw invalidPolicyAttribute()
  return at
}
