import type { LookResult } from '../rotation/looks.ts'
import type { PacedMeasurement, RotationMeasurement } from '../rotation/rotations.ts'
import type { Result } from './result.ts'

/** What rotations take, and what they cost those who read meanwhile. */
export interface RotationResult {
  readonly variant: string
  readonly secrets: number
  /** How many were due at one moment, and how many of them were rotated. */
  readonly due: number
  readonly rotated: number
  readonly rotationsPerSecond: number
  readonly saturatedReadsPerSecond: number
  readonly readsPerSecond: number
  /** Milliseconds, as for all latencies. */
  readonly quietP99: number
  readonly meanwhileP99: number
  readonly invalid?: string
}

/** Everything that was found out about rotations. */
export interface RotationFindings {
  readonly rotations: readonly RotationResult[]
  readonly looks: readonly LookResult[]
}

interface Place {
  readonly variant: string
  readonly secrets: number
}

export function rotationResult(place: Place, measured: RotationMeasurement): RotationResult {
  const { due, rotated, rotationSeconds, saturated, quiet, meanwhile } = measured
  const invalid =
    rotated < due ? `only ${rotated} of ${due} secrets were rotated` : (faultIn(quiet) ?? faultIn(meanwhile))
  return {
    ...place,
    due,
    rotated,
    rotationsPerSecond: rotated / rotationSeconds,
    saturatedReadsPerSecond: saturated,
    readsPerSecond: meanwhile.ours.requestsPerSecond,
    quietP99: quiet.ours.p99,
    meanwhileP99: meanwhile.ours.p99,
    ...(invalid && { invalid }),
  }
}

/** The reads as rows among the others. */
export function readResults(place: Place, { due, quiet, meanwhile }: RotationMeasurement): readonly Result[] {
  const row = (scenario: string, seen: PacedMeasurement): Result => {
    const { ours, bare, answerBytes, residentBytes, peakBytes } = seen
    const invalid = faultIn(seen)
    return {
      ...place,
      scenario,
      ours,
      bare,
      answerBytes,
      residentBytes,
      peakBytes,
      processorShare: bare.processorMicroseconds / ours.processorMicroseconds,
      rateShare: ours.requestsPerSecond / bare.requestsPerSecond,
      ...(invalid && { invalid }),
    }
  }
  return [row('GetSecretValue at half rate', quiet), row(`the same while ${due} secrets rotate`, meanwhile)]
}

/** What a driver may add to a latency by being late itself. */
const mostLate = 0.2

function faultIn({ lateP99, ours }: PacedMeasurement): string | undefined {
  if (lateP99 <= ours.p99 * mostLate) return undefined
  return `the driver was late with its own requests: ${lateP99.toFixed(2)} ms of ${ours.p99.toFixed(2)} ms`
}
