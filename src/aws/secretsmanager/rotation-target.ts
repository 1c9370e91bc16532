import type { FoundRotator, Rotator } from '../../rotators/rotator.ts'
import type { AwsError } from '../errors.ts'
import type { Context, Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Platform } from '../platform.ts'
import type { ResourceFacts } from '../resource.ts'
import { serviceMay } from '../service-call.ts'
import { getSecretValue } from './get-secret-value.ts'
import { functionNotInvocable, noSuchRotator, rotatorRefuses } from './messages.ts'
import { serviceSource } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { findFunction } from './rotation-function.ts'
import { arnOf } from './secret.ts'

/** Who does the steps of a secret's rotation, with what policies see of it. */
export type RotationTarget = { readonly facts: ResourceFacts } & (FoundRotator | { readonly kind: 'function' })

/** A rotator of Keyturn's own, or else a function of Lambda. */
export async function findTarget(
  functionArn: string,
  secret: SecretRecord,
  finding: Finding,
): Promise<RotationTarget | undefined> {
  const found = findRotator(functionArn, secret, finding.platform)
  // Who may use it is a matter of the secret's own account, whatever number a function elsewhere has in its ARN.
  if (found) return { ...found, facts: { arn: found.arn, account: secret.account, type: 'AWS::Lambda::Function' } }
  const facts = await findFunction(functionArn, finding)
  return facts && { kind: 'function', facts }
}

export function findRotator(functionArn: string, { account, region }: SecretRecord, { rotators }: Platform) {
  return rotators?.find(functionArn, { partition: partitionOf(region), region, account })
}

/** The answer to a function that is not there. That the function's policy keeps the service out is no help where no function can have the name. */
function notFound(functionArn: string, { account, region }: SecretRecord, { rotators }: Platform): AwsError {
  const why = rotators?.whyNone(functionArn, { partition: partitionOf(region), region, account })
  return why === undefined ? functionNotInvocable() : noSuchRotator(why)
}

/**
 * Refuses a rotation whose function the caller or the service may not invoke. Answers what a built-in rotator will borrow
 * another secret's rights for, which the caller must have.
 */
export async function checkTarget(
  context: Context,
  secret: SecretRecord,
  functionArn: string,
): Promise<string | undefined> {
  const target = await findTarget(functionArn, secret, context)
  if (!target) throw notFound(functionArn, secret, context.platform)
  const { facts } = target
  const action = 'lambda:InvokeFunction'
  const conditions = { 'lambda:FunctionArn': facts.arn }
  await context.require({ action, resource: facts, conditions })
  if (target.kind === 'function') {
    const source = { arn: arnOf(secret), account: secret.account }
    const service = { service: serviceSource, source, action, resource: facts, conditions }
    if (!(await serviceMay(context, service))) throw functionNotInvocable()
  }
  return target.kind === 'built-in' ? checkLending(context, secret, target.rotator) : undefined
}

/**
 * Whoever has rights lent to a rotation must be able to read the secret that lends them. A caller who may not read the secret itself
 * leaves what was agreed before: the rotator compares it with the value when it uses it.
 */
async function checkLending(context: Context, secret: SecretRecord, rotator: Rotator): Promise<string | undefined> {
  const agreed = secret.rotation?.binding
  if (!rotator.lending) return undefined
  const own = await context.invoke(getSecretValue, { SecretId: arnOf(secret) })
  if (own.refused) return agreed
  const { SecretString: value } = own.output
  if (value === undefined) throw rotatorRefuses('its value must be text.')
  const lending = rotator.lending(value)
  if ('refused' in lending) throw rotatorRefuses(lending.refused)
  if ('none' in lending) return undefined
  if (lending.binding !== agreed) {
    const { refused } = await context.invoke(getSecretValue, { SecretId: lending.arn })
    if (refused) throw refused
  }
  return lending.binding
}
