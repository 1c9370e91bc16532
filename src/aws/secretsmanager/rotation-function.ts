import type { Finding } from '../operation.ts'
import type { ResourceFacts } from '../resource.ts'
import type { RotationEvent, StepOutcome } from '../../rotators/rotator.ts'
import { stepFailed } from '../../rotators/rotator.ts'
import type { Gateway } from '../invoke.ts'
import type { Call } from '../call.ts'

export async function findFunction(_arn: string, _finding: Finding): Promise<ResourceFacts | undefined> {
  return undefined
}

export async function invokeFunction(
  _gateway: Gateway,
  _call: Call,
  _arn: string,
  _event: RotationEvent,
): Promise<StepOutcome> {
  return stepFailed('FunctionNotFound')
}
