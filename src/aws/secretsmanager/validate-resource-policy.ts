import type { Awaitable } from '../../store/store.ts'
import { bindPrincipals } from '../bound-principals.ts'
import type { ValidateResourcePolicyRequest, ValidationErrorsEntry } from '../models/secretsmanager.ts'
import type { Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { policyTexts } from './messages.ts'
import { noResource } from './no-resource.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { isBroad, keepsCallerIn, readPolicy } from './resource-policy.ts'
import { secret } from './secret.ts'

/** Tells what `PutResourcePolicy` would refuse, and whether a policy opens a secret to the public. */
export const validateResourcePolicy = operation('ValidateResourcePolicy', {
  on: (
    { SecretId: id }: ValidateResourcePolicyRequest,
    finding: Finding,
  ): Awaitable<Resource<SecretRecord | undefined>> =>
    id === undefined ? noResource(undefined, finding) : secret({ SecretId: id }, finding),
  async handle(input, _found, context) {
    const { resource } = context
    await context.require({ action: 'secretsmanager:PutResourcePolicy', resource })
    const errors = await findErrors(input.ResourcePolicy, context)
    return { PolicyValidationPassed: errors.length === 0, ValidationErrors: errors }
  },
})

async function findErrors(document: string, context: Context): Promise<readonly ValidationErrorsEntry[]> {
  const read = readPolicy(document)
  if ('refused' in read) {
    return read.refused === 'syntax-error'
      ? [{ CheckName: 'SyntaxCheck', ErrorMessage: policyTexts.syntaxError }]
      : [{ CheckName: 'PrincipalCheck', ErrorMessage: policyTexts.unsupported }]
  }
  const errors: ValidationErrorsEntry[] = []
  if (!(await bindPrincipals(read.policy, context.tx, context.platform)))
    errors.push({ CheckName: 'PrincipalCheck', ErrorMessage: policyTexts.unsupported })
  if (isBroad(read.policy)) errors.push({ CheckName: 'PublicPolicyCheck', ErrorMessage: policyTexts.broadAccess })
  if (!(await keepsCallerIn(context, context.resource, read.policy))) {
    errors.push({ CheckName: 'LockoutCheck', ErrorMessage: policyTexts.lockOut })
  }
  return errors
}
