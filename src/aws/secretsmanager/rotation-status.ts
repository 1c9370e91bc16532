import type { Transaction } from '../../store/store.ts'
import { isReplica, type SecretRecord } from './records.ts'
import { readRotationState, type RotationEnd, type RotationFailure, type RotationState } from './rotation-state.ts'
import { arnOf } from './secret.ts'
import { current, holderOf, pending } from './stages.ts'

/**
 * `Blocked`: a version is pending that no rotation is about, so none can begin. `Retrying`: the one under way has failed and will be
 * tried again.
 */
export type RotationStatusName = 'NotConfigured' | 'Disabled' | 'Waiting' | 'Running' | 'Retrying' | 'Blocked'

/** More than DescribeSecret has members for. */
export interface RotationStatus {
  readonly Status: RotationStatusName
  readonly RotationFunction?: string | undefined
  /** The pending version. */
  readonly VersionId?: string | undefined
  readonly Test?: boolean | undefined
  readonly Step?: string | undefined
  readonly Attempt?: number | undefined
  readonly StartedDate?: number | undefined
  readonly LastErrorStep?: string | undefined
  readonly LastErrorType?: string | undefined
  readonly LastErrorDetail?: string | undefined
  readonly LastErrorDate?: number | undefined
  /** When the run goes on, or the next one begins. */
  readonly PlannedDate?: number | undefined
  readonly LastResult?: string | undefined
  readonly LastResultDate?: number | undefined
  /** What to do where it does not go on by itself, or not as wanted. */
  readonly Repair?: string | undefined
}

/** `withDetail`: for those who may read the secret, because a function's words may hold anything. */
export async function rotationStatus(
  tx: Transaction,
  secret: SecretRecord,
  withDetail: boolean,
): Promise<RotationStatus> {
  const state = isReplica(secret) ? {} : await readRotationState(tx, secret)
  const { run, last, plannedAt } = state
  const Status = statusOf(secret, state)
  const failure = run?.failure ?? last?.failure
  return {
    Status,
    RotationFunction: secret.rotation?.lambdaArn,
    VersionId: run?.versionId ?? (Status === 'Blocked' ? holderOf(secret.stages, pending) : undefined),
    Test: run && run.mode === 'test',
    Step: run?.step,
    Attempt: run?.attempt,
    StartedDate: run?.startedAt,
    ...describeFailure(failure, withDetail),
    PlannedDate: plannedAt,
    ...describeEnd(last),
    Repair: repairFor(Status, secret),
  }
}

function statusOf({ rotation, stages }: SecretRecord, { run }: RotationState): RotationStatusName {
  if (run) return run.failure ? 'Retrying' : 'Running'
  const waiting = holderOf(stages, pending)
  if (waiting !== undefined && waiting !== holderOf(stages, current)) return 'Blocked'
  if (!rotation) return 'NotConfigured'
  return rotation.enabled ? 'Waiting' : 'Disabled'
}

function describeFailure(failure: RotationFailure | undefined, withDetail: boolean) {
  return (
    failure && {
      LastErrorStep: failure.step,
      LastErrorType: failure.type,
      LastErrorDetail: withDetail ? failure.detail : undefined,
      LastErrorDate: failure.at,
    }
  )
}

function describeEnd(last: RotationEnd | undefined) {
  return last && { LastResult: last.result, LastResultDate: last.at }
}

function repairFor(status: RotationStatusName, secret: SecretRecord): string | undefined {
  if (status !== 'Retrying' && status !== 'Blocked') return undefined
  const id = holderOf(secret.stages, pending)
  const give = `aws secretsmanager update-secret-version-stage --secret-id ${arnOf(secret)} --version-stage AWSPENDING --remove-from-version-id ${id}`
  const rotate = `aws secretsmanager rotate-secret --secret-id ${arnOf(secret)}`
  return status === 'Retrying'
    ? `Remove the cause: the next attempt comes by itself, with the same pending version. To give this rotation up: ${give}`
    : `Free the secret for the next rotation: ${give} && ${rotate}`
}
