import { createHash } from 'node:crypto'
import type { RotationRecord, SecretRecord } from './records.ts'
import { daysBetweenWindows, nextWindow, type RotationWindow } from './rotation-window.ts'
import { arnOf } from './secret.ts'

const longestSpreadMilliseconds = 60 * 60_000

export interface NextRotation {
  /** The secret with its dates. */
  readonly secret: SecretRecord
  /** When the next rotation is planned; nothing where none is. */
  readonly at: number | undefined
}

/** The next rotation of a secret that is rotated on a schedule. */
export function scheduleNext(secret: SecretRecord): NextRotation {
  const { rotation } = secret
  const window = rotation && nextWindowOf(rotation, secret)
  const dated = rotation && { ...rotation, nextRotationAt: window && lastSecondOf(window) }
  return { secret: { ...secret, rotation: dated }, at: window && window.start + spread(secret, window) }
}

/** The end of a window is the date by which AWS says that the rotation will have happened. */
function lastSecondOf({ end }: RotationWindow): number {
  return end - 1000
}

function nextWindowOf(rotation: RotationRecord, { createdAt }: SecretRecord): RotationWindow | undefined {
  if (!rotation.enabled || !rotation.rules) return undefined
  const { since = createdAt, countedFrom = since } = rotation
  return nextWindow(rotation.rules, { after: countedFrom, since })
}

/** Days between windows, where the rules are a schedule: answers show them once a rotation has succeeded. */
export function scheduledDays({ rules, since = 0 }: RotationRecord, now: number): number | undefined {
  if (rules?.scheduleExpression === undefined) return undefined
  return daysBetweenWindows(rules, { after: now, since })
}

/** Secrets of one schedule are spread over its window, each at its own place, so that they do not come all at once. */
function spread(secret: SecretRecord, { start, end }: RotationWindow): number {
  const length = Math.min(longestSpreadMilliseconds, (end - start) / 2)
  return createHash('sha256').update(arnOf(secret)).digest().readUInt32BE(0) % length
}
