import { uuid } from '../../base/ids.ts'
import {
  type FoundRotator,
  type RotationStep,
  rotationSteps,
  stepFailed,
  type StepOutcome,
} from '../../rotators/rotator.ts'
import { Secret } from '../../base/secret.ts'
import { ClaimLost, type Job } from '../../schedule/scheduler.ts'
import type { Transaction } from '../../store/store.ts'
import type { AwsError } from '../errors.ts'
import { type Gateway, invoke } from '../invoke.ts'
import type { Operation } from '../operation.ts'
import { serviceCall } from '../service-call.ts'
import { serviceSource } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { askEach, ownerCall, RotationRefused, rotatedSecret } from './rotated-secret.ts'
import { rotateAtOnce } from './rotation-at-once.ts'
import { invokeFunction } from './rotation-function.ts'
import { eventsOf, isComplete } from './rotation-run.ts'
import { readRotationState, type RotationRun, secretOfJob, writeRotationState } from './rotation-state.ts'
import { findRotator } from './rotation-target.ts'
import { hide, valuesToHide } from './rotation-values.ts'
import { arnOf } from './secret.ts'
import { current, holderOf, pending } from './stages.ts'

/** What is due, as it stood when it was picked up: a rotation under way, or one to begin. */
interface Found {
  readonly secret: SecretRecord
  readonly run: RotationRun | undefined
}

/** A rotation in hand, as it stood when it was last looked at. */
interface Work {
  readonly secret: SecretRecord
  readonly run: RotationRun
}

/**
 * Begins the rotation that is due, or goes on with the one under way from the step that was written down. What a step does
 * happens outside of transactions; who has lost his claim, or whose rotation was ended meanwhile, writes nothing more.
 */
export async function rotateDue(gateway: Gateway, job: Job): Promise<void> {
  const beat = holdClaim(job, gateway)
  try {
    const found = await pickUp(gateway, job)
    if (!found || (await tryAtOnce(gateway, job, found))) return
    const { secret, run } = found
    const work = run ? { secret, run } : await beginDue(gateway, job, secret)
    if (work) await runSteps(gateway, job, work)
  } catch (error) {
    // Another process goes on, or nobody is to.
    if (!(error instanceof ClaimLost)) throw error
  } finally {
    clearInterval(beat)
  }
}

const claimBeatMilliseconds = 60_000

/** A function may take a quarter of an hour for a step. */
function holdClaim(job: Job, { platform }: Gateway): NodeJS.Timeout {
  const extend = () => job.extend().catch(() => platform.wakeScheduler())
  return setInterval(extend, claimBeatMilliseconds).unref()
}

/** What there is to do; nothing where the plan has changed. */
async function pickUp(gateway: Gateway, job: Job): Promise<Found | undefined> {
  return gateway.platform.store.transaction(async (tx) => {
    const secret = await readSecret(tx, job)
    if (!secret) return undefined
    const state = await readRotationState(tx, secret)
    if (state.plannedAt !== job.at) return undefined
    if (secret.deletion || !secret.rotation?.enabled) {
      await job.finish(tx)
      writeRotationState(tx, secret, state, { ...state, plannedAt: undefined })
      return undefined
    }
    return { secret, run: state.run }
  })
}

/** Whether all of the rotation was done in one go. */
async function tryAtOnce(gateway: Gateway, job: Job, { secret, run }: Found): Promise<boolean> {
  const found = findRotator(secret.rotation?.lambdaArn ?? '', secret, gateway.platform)
  if (found?.kind !== 'built-in' || !found.rotator.withinStore) return false
  if (run && (run.mode !== 'rotation' || run.attempt > 1 || run.step !== 'createSecret')) return false
  const id = run?.versionId ?? nextVersion(secret)
  return rotateAtOnce(gateway, job, { secret, id, begun: run !== undefined, rotator: found.rotator })
}

async function readSecret(tx: Transaction, job: Job): Promise<SecretRecord | undefined> {
  const [account, region, name, suffix] = secretOfJob(job.id)
  const secret = await secrets.get(tx, account, region, name)
  return secret?.suffix === suffix ? secret : undefined
}

/** A version that was left pending is what a scheduled rotation takes up again: no other could begin beside it. */
function nextVersion({ stages }: SecretRecord): string {
  const waiting = holderOf(stages, pending)
  return waiting !== undefined && waiting !== holderOf(stages, current) ? waiting : uuid()
}

async function beginDue(gateway: Gateway, job: Job, secret: SecretRecord): Promise<Work | undefined> {
  const input = { Secret: secret, VersionId: nextVersion(secret), Mode: 'rotation', Job: job } as const
  await must(gateway, secret, eventsOf.rotation.started, input)
  return readWork(gateway, job)
}

async function readWork(gateway: Gateway, job: Job): Promise<Work | undefined> {
  return gateway.platform.store.transaction(async (tx) => {
    const secret = await readSecret(tx, job)
    const { run } = secret ? await readRotationState(tx, secret) : {}
    return secret && run && { secret, run }
  })
}

async function runSteps(gateway: Gateway, job: Job, begun: Work): Promise<void> {
  // Somebody may have helped meanwhile, or the last step was done although nobody heard of it.
  const helped = begun.run.attempt > 1 || begun.run.step === 'finishSecret'
  if (helped && isComplete(begun.secret, begun.run)) return end(gateway, job, begun)
  const rotator = findRotator(begun.secret.rotation?.lambdaArn ?? '', begun.secret, gateway.platform)
  let work = begun
  for (;;) {
    const { secret, run } = work
    const outcome = await runStep(gateway, work, rotator)
    if ('failed' in outcome) {
      const { type, detail } = outcome.failed
      const failure = { step: run.step, at: gateway.platform.clock.now(), type, detail: detail?.slice(0, mostDetail) }
      return must(gateway, secret, eventsOf[run.mode].failed, { ...reference(job, work), Failure: failure })
    }
    const next = run.mode === 'test' ? undefined : rotationSteps[rotationSteps.indexOf(run.step) + 1]
    work = await noteStep(gateway, job, work, next)
    if (next === undefined) return end(gateway, job, work)
  }
}

const mostDetail = 500

/** The end of all steps: what counts is what the labels say. */
async function end(gateway: Gateway, job: Job, work: Work): Promise<void> {
  const { secret, run } = work
  if (run.mode === 'test' || isComplete(secret, run)) {
    return must(gateway, secret, eventsOf[run.mode].succeeded, reference(job, work))
  }
  const at = gateway.platform.clock.now()
  const detail = 'finishSecret did not move AWSCURRENT to the new version.'
  const failure = { step: run.step, at, type: 'LabelsNotMoved', detail }
  return must(gateway, secret, eventsOf[run.mode].failed, { ...reference(job, work), Failure: failure })
}

function reference(job: Job, { secret, run }: Work) {
  return { Secret: secret, VersionId: run.versionId, Job: job }
}

/** Writes down that a step is done, unless the run has ended meanwhile, and looks at the secret as the step has left it. */
async function noteStep(gateway: Gateway, job: Job, { run }: Work, next: RotationStep | undefined): Promise<Work> {
  return gateway.platform.store.transaction(async (tx) => {
    await job.check(tx)
    const secret = await readSecret(tx, job)
    const state = secret && (await readRotationState(tx, secret))
    if (!secret || state?.run?.versionId !== run.versionId) throw new ClaimLost(job.id)
    if (next === undefined) return { secret, run }
    const noted: RotationRun = { ...run, step: next }
    writeRotationState(tx, secret, state, { ...state, run: noted })
    return { secret, run: noted }
  })
}

async function runStep(gateway: Gateway, { secret, run }: Work, found: FoundRotator | undefined): Promise<StepOutcome> {
  if (found?.kind === 'built-in') {
    return found.rotator
      .run(run.step, rotatedSecret(askEach(gateway, secret), secret, run.versionId))
      .catch(refusedStep)
  }
  const arn = arnOf(secret)
  const event = {
    Step: run.step,
    SecretId: arn,
    ClientRequestToken: run.versionId,
    RotationToken: run.rotationToken,
  }
  const token = new Secret(run.rotationToken)
  if (found) return withoutValues(await found.rotator.invoke(event, token), gateway, secret)
  const source = { arn, account: secret.account }
  const call = await serviceCall(gateway.platform, { service: serviceSource, region: secret.region, source })
  const hidden = [token, ...(await valuesToHide(gateway, secret))]
  return withoutValues(
    await invokeFunction(gateway, call, secret.rotation?.lambdaArn ?? '', event, hidden),
    gateway,
    secret,
  )
}

/** A function may say anything of why it failed: what a step has made meanwhile is hidden too. */
async function withoutValues(outcome: StepOutcome, gateway: Gateway, secret: SecretRecord): Promise<StepOutcome> {
  if (!('failed' in outcome) || outcome.failed.detail === undefined) return outcome
  const { type, detail } = outcome.failed
  return stepFailed(type, hide(detail, await valuesToHide(gateway, secret)))
}

function refusedStep(error: unknown): StepOutcome {
  if (error instanceof RotationRefused)
    return stepFailed(error.code, `Secrets Manager refused the rotator: ${error.code}`)
  throw error
}

async function must<I>(gateway: Gateway, secret: SecretRecord, event: Operation<I, unknown>, input: I): Promise<void> {
  const call = await ownerCall(gateway.platform, secret)
  const { refused } = await invoke(gateway, call, event as Operation, input)
  if (refused?.code === 'ResourceNotFoundException') throw new ClaimLost(secret.name)
  if (refused) throw new UnexpectedRefusal(refused)
}

/** The change of a rotation itself was refused, as where a quota leaves no room for a version; it is tried again later. */
class UnexpectedRefusal extends Error {
  override readonly name = 'UnexpectedRefusal'

  constructor({ code, text = '' }: AwsError) {
    super(`${code}: ${text}`)
  }
}
