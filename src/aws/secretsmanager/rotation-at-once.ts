import { assert } from '../../base/assert.ts'
import { rotationSteps, type Rotator } from '../../rotators/rotator.ts'
import type { Job } from '../../schedule/scheduler.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { type Context, type Operation, operationsOf } from '../operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { ownerCall, RotationRefused, rotatedSecret } from './rotated-secret.ts'
import { findRotated, rotationStarted, type RunReference, succeed } from './rotation-run.ts'

interface AtOnceRequest extends RunReference {
  readonly Rotator: Rotator
  /** Whether the rotation has begun with an earlier commit. */
  readonly Begun: boolean
}

interface AtOnceOperations {
  RotationSucceeded: { input: AtOnceRequest; output: Record<string, never> }
}

/** A step failed or was refused: what to do about that is written down step by step. */
class NotAtOnce extends Error {
  override readonly name = 'NotAtOnce'
}

/**
 * All of a rotation in one commit: the same calls as step by step, each with its own authorisation and record, and its success.
 */
const rotatedAtOnce = operationsOf<AtOnceOperations>('secretsmanager')('RotationSucceeded', {
  action: 'none',
  on: findRotated,
  async handle(input: AtOnceRequest, found: SecretRecord, context: Context) {
    const { VersionId: id, Rotator: rotator } = input
    if (!input.Begun) {
      const { refused } = await context.invoke(rotationStarted, { ...input, Mode: 'rotation' })
      if (refused) throw new NotAtOnce()
    }
    const rotated = rotatedSecret((operation, request) => context.invoke(operation, request), found, id)
    for (const step of rotationSteps) {
      const outcome = await rotator.run(step, rotated)
      if ('failed' in outcome) throw new NotAtOnce()
    }
    const { account, region, name } = found
    const after = await secrets.get(context.tx, account, region, name)
    assert(after, 'a secret stays while it is rotated')
    return succeed(input, after, context)
  },
})

interface AtOnce {
  readonly secret: SecretRecord
  /** The id of the version to be. */
  readonly id: string
  readonly begun: boolean
  readonly rotator: Rotator
}

/** Rotates in one go. Answers false, and has changed nothing, where that does not succeed; rejects as the steps by themselves do. */
export async function rotateAtOnce(
  gateway: Gateway,
  job: Job,
  { secret, id, begun, rotator }: AtOnce,
): Promise<boolean> {
  const input: AtOnceRequest = {
    Secret: secret,
    VersionId: id,
    Job: job,
    Rotator: rotator,
    Begun: begun,
  }
  try {
    const call = await ownerCall(gateway.platform, secret)
    const { refused } = await invoke(gateway, call, rotatedAtOnce as Operation, input)
    return refused === undefined
  } catch (error) {
    if (error instanceof NotAtOnce || error instanceof RotationRefused) return false
    throw error
  }
}
