import { Secret } from '../../base/secret.ts'
import { type RotationEvent, stepDone, stepFailed, type StepOutcome } from '../../rotators/rotator.ts'
import type { Call } from '../call.ts'
import { AwsError } from '../errors.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { findVersion, qualifiedFunction } from '../lambda/find-function.ts'
import { invocation } from '../lambda/invoke.ts'
import type { InvocationResponse } from '../models/lambda.ts'
import type { Finding, Operation } from '../operation.ts'
import type { ResourceFacts } from '../resource.ts'

/** What policies see of a function of this server; nothing where there is no such. */
export async function findFunction(arn: string, finding: Finding): Promise<ResourceFacts | undefined> {
  if (!arn.startsWith('arn:')) return undefined
  try {
    const found = await qualifiedFunction({ FunctionName: arn }, finding)
    if ('missing' in found || !(await findVersion(found.record, finding))) return undefined
    const { record: _, ...facts } = found
    return facts
  } catch (error) {
    // An ARN of something else, or in another region.
    if (error instanceof AwsError) return undefined
    throw error
  }
}

/** Runs a function for one step, and waits for its end. What is to be hidden is kept out of its log. */
export async function invokeFunction(
  gateway: Gateway,
  call: Call,
  arn: string,
  event: RotationEvent,
  hidden: readonly Secret<string>[],
): Promise<StepOutcome> {
  const payload = new Secret(Buffer.from(JSON.stringify(event), 'utf8'))
  const input = { FunctionName: arn, InvocationType: 'RequestResponse', Payload: payload }
  const { output, refused } = await invoke(gateway, call, invocation(hidden) as unknown as Operation, input)
  if (refused) return stepFailed(refused.code, refused.text)
  return outcomeOf(output as InvocationResponse)
}

/** A function fails by throwing; what it returns does not matter. */
export function outcomeOf({ FunctionError: failed, Payload: payload }: InvocationResponse): StepOutcome {
  if (failed === undefined) return stepDone
  const { errorType, errorMessage } = readFailure(payload)
  const type = typeof errorType === 'string' && /^[A-Za-z0-9_.:-]{1,64}$/.test(errorType) ? errorType : 'Unhandled'
  return stepFailed(type, typeof errorMessage === 'string' ? errorMessage : undefined)
}

interface FailurePayload {
  readonly errorType?: unknown
  readonly errorMessage?: unknown
}

function readFailure(payload: Secret<Uint8Array> | undefined): FailurePayload {
  try {
    const text = Buffer.from(payload?.reveal() ?? []).toString('utf8')
    return (JSON.parse(text) as FailurePayload | null) ?? {}
  } catch {
    return {}
  }
}
