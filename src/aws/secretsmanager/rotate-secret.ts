import type { RotateSecretRequest, RotationRulesType } from '../models/secretsmanager.ts'
import type { Finding } from '../operation.ts'
import {
  daysAndSchedule,
  durationNeedsSchedule,
  externalRotationUnsupported,
  functionNotInvocable,
  invalidSchedule,
  noRotationFunction,
  rotationIncomplete,
  rotationTokenRequired,
} from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { longestWindowHours, parseDuration, parseSchedule, type RotationFault } from './rotation-rules.ts'
import { checkWritable, secret } from './secret.ts'
import { current, holderOf, pending } from './stages.ts'

/**
 * Checks everything that AWS checks before it begins a rotation. No function can be invoked here, so each is refused as one that
 * does not exist, and nothing is recorded.
 */
export const rotateSecret = operation('RotateSecret', {
  on(input: RotateSecretRequest, finding: Finding) {
    if (input.ClientRequestToken === undefined) throw rotationTokenRequired()
    return secret(input, finding)
  },
  conditions: (input) => ({
    'secretsmanager:RotationLambdaARN': input.RotationLambdaARN,
    'secretsmanager:RotateImmediately': input.RotateImmediately ?? true,
    'secretsmanager:ModifyRotationRules': input.RotationRules !== undefined,
    'secretsmanager:ExternalSecretRotationRoleArn': input.ExternalSecretRotationRoleArn,
  }),
  async handle(input, found: SecretRecord) {
    checkWritable(found)
    if (input.ExternalSecretRotationMetadata || input.ExternalSecretRotationRoleArn) throw externalRotationUnsupported()
    if (input.RotationRules) checkRules(input.RotationRules)
    checkNoneUnderWay(found)
    const lambdaArn = input.RotationLambdaARN || found.rotation?.lambdaArn
    if (lambdaArn === undefined) throw noRotationFunction()
    throw functionNotInvocable()
  },
})

function checkNoneUnderWay({ stages }: SecretRecord): void {
  const waiting = holderOf(stages, pending)
  if (waiting !== undefined && waiting !== holderOf(stages, current)) throw rotationIncomplete()
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
