import type { RotateSecretRequest } from '../models/secretsmanager.ts'
import type { Context, Finding } from '../operation.ts'
import {
  externalRotationUnsupported,
  noRotationFunction,
  rotationIncomplete,
  rotationTokenInUse,
  rotationTokenRequired,
} from './messages.ts'
import { operation, serviceSource } from './operation.ts'
import { type RotationRecord, type RotationRulesRecord, type SecretRecord, secrets } from './records.ts'
import { readRules } from './rotation-rules-input.ts'
import { rotationStarted, rotationSucceeded, testRotationStarted } from './rotation-run.ts'
import { scheduleNext } from './rotation-schedule.ts'
import { readRotationState, type RotationRun, type RotationState, writeRotationState } from './rotation-state.ts'
import { checkTarget } from './rotation-target.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { current, holderOf, pending } from './stages.ts'
import { findVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** Sets rotation up and begins one, or a test of it where it is to wait for its window. The steps are done after the answer. */
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
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    if (input.ExternalSecretRotationMetadata || input.ExternalSecretRotationRoleArn) throw externalRotationUnsupported()
    const rules = input.RotationRules && readRules(input.RotationRules)
    const id = input.ClientRequestToken as string
    const state = await readRotationState(context.tx, found)
    const answer = { ARN: arnOf(found), Name: found.name, VersionId: id }
    if (isRepetition(found, state, id)) return answer
    checkNoneUnderWay(found)
    const lambdaArn = input.RotationLambdaARN || found.rotation?.lambdaArn
    if (lambdaArn === undefined) throw noRotationFunction()
    if (await findVersion(context.tx, found, id)) throw rotationTokenInUse(id, arnOf(found))
    const binding = await checkTarget(context, found, lambdaArn)
    const settled = state.run ? await concludeByLabels(context, found, state.run) : found
    await configure(context, settled, { lambdaArn, rules, binding })
    const started = (input.RotateImmediately ?? true) ? rotationStarted : testRotationStarted
    const mode = started === rotationStarted ? 'rotation' : 'test'
    const { refused } = await context.invoke(
      started,
      { Secret: found, VersionId: id, Mode: mode },
      { via: serviceSource },
    )
    if (refused) throw refused
    return answer
  },
})

/** The request was sent twice: its rotation is under way, or done. */
function isRepetition({ stages }: SecretRecord, { run, last }: RotationState, id: string): boolean {
  if (run?.versionId === id) return true
  return (
    last?.versionId === id && last.result === 'succeeded' && (last.mode === 'test' || holderOf(stages, current) === id)
  )
}

function checkNoneUnderWay({ stages }: SecretRecord): void {
  const waiting = holderOf(stages, pending)
  if (waiting !== undefined && waiting !== holderOf(stages, current)) throw rotationIncomplete()
}

/** The labels say that the last rotation is complete: its function has not answered yet, or somebody helped. */
async function concludeByLabels(context: Context, found: SecretRecord, run: RotationRun): Promise<SecretRecord> {
  const input = { Secret: found, VersionId: run.versionId }
  const { refused } = await context.invoke(rotationSucceeded, input, { via: serviceSource })
  if (refused) throw refused
  const { account, region, name } = found
  return (await secrets.get(context.tx, account, region, name)) as SecretRecord
}

interface Setup {
  readonly lambdaArn: string
  readonly rules: RotationRulesRecord | undefined
  readonly binding: string | undefined
}

async function configure(
  { tx, call }: Context,
  found: SecretRecord,
  { lambdaArn, rules, binding }: Setup,
): Promise<void> {
  const before = found.rotation
  const rotation: RotationRecord = {
    ...before,
    enabled: true,
    lambdaArn,
    binding,
    ...((rules || !before?.enabled) && { countedFrom: call.now }),
    ...(rules && { rules, since: call.now, scheduledDays: undefined }),
  }
  const next = scheduleNext({ ...found, rotation, changedAt: call.now })
  const state = await readRotationState(tx, found)
  writeRotationState(tx, found, state, { ...state, plannedAt: next.at })
  writeSecret(tx, found, next.secret)
}
