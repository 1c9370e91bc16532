import { uuid } from '../../base/ids.ts'
import { cancel, plan } from '../../schedule/due.ts'
import type { Job } from '../../schedule/scheduler.ts'
import type { Transaction } from '../../store/store.ts'
import { AwsError } from '../errors.ts'
import { type Gateway, outerOf } from '../invoke.ts'
import { findVersion } from './find-function.ts'
import { functions, type QueuedInvocation, queuedInvocations } from './records.ts'
import { functionArn } from './reference.ts'
import { runFunction } from './run-function.ts'

/** The kind of due work that runs queued invocations; its id is the request's. */
export const invocationJob = 'lambda/invocation'

/** A function that fails is run twice more, after one and two minutes (Lambda developer guide, «Asynchronous invocation»). */
const retryMilliseconds = [60_000, 120_000]
/** How long an invocation that is throttled is tried again, likewise. */
const keepMilliseconds = 6 * 60 * 60_000
const throttledMilliseconds = 5_000
/** Beyond the time a function has, before another process takes its run for lost. */
const graceMilliseconds = 60_000

/**
 * Begins a queued run and does not wait for its end: the scheduler has other work than functions that take a quarter of an hour. The
 * next look is planned for when this run must be over, so that it is run again where this process dies.
 */
export async function beginInvocation(gateway: Gateway, job: Job, onFailure: (error: unknown) => void): Promise<void> {
  const { store, clock } = gateway.platform
  const begun = await store.transaction(async (tx) => {
    await job.finish(tx)
    const queued = await queuedInvocations.get(tx, job.id)
    if (!queued || queued.dueAt !== job.at) return undefined
    const { account, region, name, qualifier, attempts } = queued
    const fn = await functions.get(tx, account, region, name)
    const version = fn && (await findVersion({ fn, qualifier }, { tx }))
    if (!fn || !version || attempts > retryMilliseconds.length) {
      queuedInvocations.delete(tx, job.id)
      return undefined
    }
    const dueAt = clock.now() + version.timeoutSeconds * 1000 + graceMilliseconds
    const started = { ...queued, attempts: attempts + 1, dueAt }
    queuedInvocations.put(tx, started, job.id)
    plan(tx, { at: dueAt, kind: invocationJob, id: job.id })
    return { queued: started, fn, version }
  })
  if (begun) void finishInvocation(gateway, job.id, begun).catch(onFailure)
}

type Begun = Pick<Parameters<typeof runFunction>[0], 'fn' | 'version'> & { readonly queued: QueuedInvocation }

async function finishInvocation(gateway: Gateway, id: string, { queued, fn, version }: Begun): Promise<void> {
  const { platform } = gateway
  const { qualifier, payload, clientContext, attempts, since } = queued
  let retryAt: number | undefined
  let throttled = false
  try {
    const run = {
      fn,
      version,
      calledArn: functionArn(fn, qualifier),
      requestId: attempts === 1 ? queued.requestId : uuid(),
      payload: Buffer.from(payload, 'base64'),
      clientContext,
    }
    const { functionError } = await runFunction(run, platform, outerOf(gateway))
    const pause = retryMilliseconds[attempts - 1]
    if (functionError && pause !== undefined) retryAt = platform.clock.now() + pause
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throttled = error.code === 'TooManyRequestsException'
    const pause = throttled ? throttledMilliseconds : retryMilliseconds[attempts - 1]
    const now = platform.clock.now()
    if (pause !== undefined && now < since + keepMilliseconds) retryAt = now + pause
  }
  await platform.store.transaction((tx) => settle(tx, id, queued, retryAt, throttled))
}

async function settle(
  tx: Transaction,
  id: string,
  queued: QueuedInvocation,
  retryAt: number | undefined,
  throttled: boolean,
): Promise<void> {
  const now = await queuedInvocations.get(tx, id)
  // Another process took this run for lost, and has it in hand.
  if (now?.dueAt !== queued.dueAt) return
  cancel(tx, { at: queued.dueAt, kind: invocationJob, id })
  if (retryAt === undefined) {
    queuedInvocations.delete(tx, id)
    return
  }
  const attempts = throttled ? queued.attempts - 1 : queued.attempts
  queuedInvocations.put(tx, { ...queued, attempts, dueAt: retryAt }, id)
  plan(tx, { at: retryAt, kind: invocationJob, id })
}
