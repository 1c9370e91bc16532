import { randomInt } from 'node:crypto'
import { uuid } from '../../base/ids.ts'
import type { RotationStep } from '../../rotators/rotator.ts'
import { ClaimLost, type Job } from '../../schedule/scheduler.ts'
import { type Context, type Finding, type Operation, operationsOf } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { notFound } from './messages.ts'
import { type SecretRecord, secrets, versions, versionsOf } from './records.ts'
import { replicate } from './replication.ts'
import { scheduledDays, scheduleNext } from './rotation-schedule.ts'
import {
  readRotationState,
  type RotationEnd,
  type RotationFailure,
  type RotationRun,
  type RotationState,
  writeRotationState,
} from './rotation-state.ts'
import { arnOf, secretType } from './secret.ts'
import { attach, current, detach, holderOf, pending } from './stages.ts'
import { checkKeyReach, openValue, sealValue } from './value.ts'
import { checkStages, findVersion } from './version.ts'
import { makeRoomForVersion } from './version-quota.ts'
import { writeSecret } from './write-secret.ts'

/** The secret and the run that a change of its rotation is about. `Job` is absent where a caller causes it. */
export interface RunReference {
  readonly Secret: SecretRecord
  readonly VersionId: string
  readonly Job?: Job
}

interface StartRequest extends RunReference {
  readonly Mode: RotationRun['mode']
}

interface FailureRequest extends RunReference {
  readonly Failure: RotationFailure
}

type Nothing = Record<string, never>

/** The service events of rotation (Secrets Manager user guide, «Log entries»): each is the change that it tells of. */
interface RotationEvents {
  RotationStarted: { input: StartRequest; output: Nothing }
  RotationSucceeded: { input: RunReference; output: Nothing }
  RotationFailed: { input: FailureRequest; output: Nothing }
  RotationAbandoned: { input: RunReference; output: Nothing }
  TestRotationStarted: { input: StartRequest; output: Nothing }
  TestRotationSucceeded: { input: RunReference; output: Nothing }
  TestRotationFailed: { input: FailureRequest; output: Nothing }
}

const event = operationsOf<RotationEvents>('secretsmanager')

/** Answers that there is none where the secret has gone, or another one has its name. */
export async function findRotated({ Secret: wanted }: RunReference, { tx }: Finding): Promise<Resource<SecretRecord>> {
  const { account, region, name, suffix } = wanted
  const record = await secrets.get(tx, account, region, name)
  const facts = { arn: arnOf(wanted), account, type: secretType }
  return record?.suffix === suffix ? { ...facts, record } : { ...facts, missing: notFound() }
}

/** Nobody asks for these: they follow from what was asked for, or from the schedule. */
const internal = { action: 'none', on: findRotated } as const

const begin = {
  ...internal,
  async handle({ VersionId: id, Mode: mode, Job: job }: StartRequest, found: SecretRecord, context: Context) {
    const { tx, call, platform } = context
    const before = await readRotationState(tx, found)
    if (job && (before.run || before.plannedAt !== job.at)) throw new ClaimLost(job.id)
    note(context, id)
    const step: RotationStep = mode === 'test' ? 'testSecret' : 'createSecret'
    const run: RotationRun = { mode, versionId: id, rotationToken: uuid(), step, attempt: 1, startedAt: call.now }
    const after = await withPending(context, found, id, mode)
    writeRotationState(tx, found, before, { ...before, run, plannedAt: job ? before.plannedAt : call.now })
    writeSecret(tx, found, await replicate(context, { ...after, changedAt: call.now }))
    if (!job) tx.afterCommit(() => platform.wakeScheduler())
    return {}
  },
}

/** The secret with its pending version: empty for a rotation, a copy of the current value for a test. */
async function withPending(
  context: Context,
  found: SecretRecord,
  id: string,
  mode: RotationRun['mode'],
): Promise<SecretRecord> {
  const { tx, call } = context
  const stages = checkStages(attach(found.stages, [pending], id), context)
  if (await findVersion(tx, found, id)) return { ...found, stages }
  const after = { ...found, stages, versions: found.versions + 1 }
  await makeRoomForVersion(context, after)
  const value = mode === 'test' ? await copyOfCurrent(context, found, id) : undefined
  versions.put(tx, { id, createdAt: call.now, value }, ...versionsOf(found), id)
  return after
}

async function copyOfCurrent(context: Context, found: SecretRecord, id: string) {
  const from = holderOf(found.stages, current)
  const version = from === undefined ? undefined : await findVersion(context.tx, found, from)
  if (!version?.value) return undefined
  checkKeyReach(found, version.value.kmsKeyArn, context)
  return sealValue(context, found, id, await openValue(context, found, version.id, version.value))
}

export const rotationStarted = event('RotationStarted', begin)
export const testRotationStarted = event('TestRotationStarted', begin)

/** The run that an event is about; whoever speaks of another one has been overtaken. */
async function readRun(context: Context, found: SecretRecord, { VersionId: id, Job: job }: RunReference) {
  const before = await readRotationState(context.tx, found)
  if (before.run?.versionId !== id) throw new ClaimLost(id)
  await job?.finish(context.tx)
  return { before, run: before.run }
}

/** Writes down that the run is done, finishes the job, and plans the next one. `found` is as the last step has left it. */
export async function succeed(input: RunReference, found: SecretRecord, context: Context): Promise<Nothing> {
  const { tx, call } = context
  const { before, run } = await readRun(context, found, input)
  if (!isComplete(found, run)) throw new ClaimLost(run.versionId)
  note(context, run.versionId, run)
  const rotated = found.rotation && {
    ...found.rotation,
    lastRotatedAt: call.now,
    countedFrom: call.now,
    scheduledDays: scheduledDays(found.rotation, call.now),
  }
  const next = scheduleNext({ ...found, rotation: rotated, changedAt: call.now })
  writeRotationState(tx, found, before, { plannedAt: next.at, last: endOf(run, 'succeeded', call.now) })
  writeSecret(tx, found, await replicate(context, next.secret))
  return {}
}

export const rotationSucceeded = event('RotationSucceeded', { ...internal, handle: succeed })

/** AWS's own sign of success: the version is current, and no other one is pending. */
export function isComplete({ stages }: SecretRecord, { mode, versionId }: RotationRun): boolean {
  const waiting = holderOf(stages, pending)
  return mode === 'rotation' && holderOf(stages, current) === versionId && (waiting ?? versionId) === versionId
}

export const rotationFailed = event('RotationFailed', {
  ...internal,
  async handle(input: FailureRequest, found: SecretRecord, context) {
    const { tx, call } = context
    const { before, run } = await readRun(context, found, input)
    const { Failure: failure } = input
    const plannedAt = call.now + retryDelay(run.attempt)
    note(context, run.versionId, run, { failure, plannedAt })
    // AWS begins again with the first step, under the same token, so that what is pending is kept.
    const next: RotationRun = { ...run, step: 'createSecret', attempt: run.attempt + 1, failure }
    writeRotationState(tx, found, before, { ...before, run: next, plannedAt })
    return {}
  },
})

const firstRetryMilliseconds = 30_000
const longestRetryMilliseconds = 4 * 60 * 60_000

/** Twice as long from attempt to attempt, give or take a quarter. */
function retryDelay(attempt: number): number {
  const delay = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(attempt - 1, 30))
  return randomInt(delay * 0.75, delay * 1.25)
}

/** A new version by hand, or the pending label taken off, ends a rotation. The labels are changed already. */
export const rotationAbandoned = event('RotationAbandoned', {
  ...internal,
  async handle(input: RunReference, found: SecretRecord, context) {
    const { before, run } = await readRun(context, found, input)
    note(context, run.versionId, run)
    writeRotationState(context.tx, found, before, { last: endOf(run, 'abandoned', context.call.now, run.failure) })
    return {}
  },
})

const endTest = (result: 'succeeded' | 'failed') =>
  async function handle(
    input: RunReference & { readonly Failure?: RotationFailure },
    found: SecretRecord,
    context: Context,
  ) {
    const { tx, call } = context
    const { before, run } = await readRun(context, found, input)
    const { Failure: failure } = input
    note(context, run.versionId, run, failure && { failure })
    const removed = await dropTestVersion(context, found, run)
    const next = scheduleNext({ ...removed, changedAt: call.now })
    writeRotationState(tx, found, before, { plannedAt: next.at, last: endOf(run, result, call.now, failure) })
    writeSecret(tx, found, await replicate(context, next.secret))
    return {}
  }

export const testRotationSucceeded = event('TestRotationSucceeded', { ...internal, handle: endTest('succeeded') })
export const testRotationFailed = event('TestRotationFailed', { ...internal, handle: endTest('failed') })

/** The version that a test was made with goes, unless it has become more than that. */
export async function dropTestVersion(
  { tx }: Context,
  found: SecretRecord,
  { versionId }: RotationRun,
): Promise<SecretRecord> {
  const stages = holderOf(found.stages, pending) === versionId ? detach(found.stages, pending) : found.stages
  const labelled = stages.some(([, holder]) => holder === versionId)
  if (labelled || !(await findVersion(tx, found, versionId))) return { ...found, stages }
  versions.delete(tx, ...versionsOf(found), versionId)
  return { ...found, stages, versions: found.versions - 1 }
}

function endOf(
  { mode, versionId }: RotationRun,
  result: RotationEnd['result'],
  at: number,
  failure?: RotationFailure,
): RotationEnd {
  return { mode, versionId, at, result, failure }
}

/** A run that somebody turned off, as the state keeps it. */
export function cancelledState(run: RotationRun, now: number): RotationState {
  return { last: endOf(run, 'cancelled', now, run.failure) }
}

interface Trouble {
  readonly failure: RotationFailure
  readonly plannedAt?: number
}

function note(context: Context, versionId: string, run?: RotationRun, trouble?: Trouble): void {
  context.note({
    additionalEventData: {
      SecretId: context.resource.arn,
      VersionId: versionId,
      Attempt: run?.attempt,
      Step: trouble?.failure.step,
      Error: trouble?.failure.type,
      NextAttemptDate: trouble?.plannedAt === undefined ? undefined : new Date(trouble.plannedAt).toISOString(),
    },
  })
}

/** The events that a worker causes, by kind of run. */
export const eventsOf = {
  rotation: { started: rotationStarted, succeeded: rotationSucceeded, failed: rotationFailed },
  test: { started: testRotationStarted, succeeded: testRotationSucceeded, failed: testRotationFailed },
} as const satisfies Record<RotationRun['mode'], Record<string, Operation<never, unknown>>>
