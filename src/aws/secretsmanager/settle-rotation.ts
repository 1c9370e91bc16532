import type { Context } from '../operation.ts'
import type { SecretRecord } from './records.ts'
import { serviceSource } from './operation.ts'
import { dropTestVersion, rotationAbandoned } from './rotation-run.ts'
import { scheduleNext } from './rotation-schedule.ts'
import { readRotationState, type RotationRun, writeRotationState } from './rotation-state.ts'
import { current, holderOf, pending } from './stages.ts'

/**
 * What a change of labels or values means for the rotation of a secret; answers the secret to be written. A run whose version is
 * neither pending nor current any more is abandoned, and what is done by hand counts as a rotation for the next date.
 */
export async function settleRotation(
  context: Context,
  before: SecretRecord,
  after: SecretRecord,
): Promise<SecretRecord> {
  if (!after.rotation) return after
  const { tx, call } = context
  const { run } = await readRotationState(tx, after)
  if (run ? isCarried(after, run) : holderOf(before.stages, current) === holderOf(after.stages, current)) return after
  const left = run ? await abandon(context, after, run) : after
  const rotation = { ...after.rotation, countedFrom: call.now }
  const next = scheduleNext({ ...left, rotation })
  const state = await readRotationState(tx, after)
  writeRotationState(tx, after, state, { ...state, plannedAt: next.at })
  return next.secret
}

function isCarried({ stages }: SecretRecord, { versionId }: RotationRun): boolean {
  return [pending, current].some((label) => holderOf(stages, label) === versionId)
}

async function abandon(context: Context, after: SecretRecord, run: RotationRun): Promise<SecretRecord> {
  const input = { Secret: after, VersionId: run.versionId }
  const { refused } = await context.invoke(rotationAbandoned, input, { via: serviceSource })
  if (refused) throw refused
  return run.mode === 'test' ? dropTestVersion(context, after, run) : after
}

/** Goes on with what a deletion that was taken back had halted. */
export async function resumeRotation({ tx, call, platform }: Context, secret: SecretRecord): Promise<SecretRecord> {
  if (!secret.rotation?.enabled) return secret
  const state = await readRotationState(tx, secret)
  const next = scheduleNext(secret)
  const plannedAt = state.run ? call.now : next.at
  writeRotationState(tx, secret, state, { ...state, plannedAt })
  tx.afterCommit(() => platform.wakeScheduler())
  return next.secret
}
