import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import { allowsPublicAccess } from '../../iam/public-access.ts'
import { AwsError } from '../errors.ts'
import type { Context } from '../operation.ts'
import type { ResourceFacts } from '../resource.ts'

/** What is wrong with a policy that somebody wants on a secret. */
export type PolicyProblem = 'syntax-error' | 'unsupported-principal'

export function readPolicy(
  document: string,
): { readonly policy: CompiledPolicy } | { readonly refused: PolicyProblem } {
  const compiled = compilePolicy(document, 'resource')
  if ('policy' in compiled) return compiled
  return { refused: compiled.invalid.kind === 'bad-principal' ? 'unsupported-principal' : 'syntax-error' }
}

export function isBroad(policy: CompiledPolicy): boolean {
  return allowsPublicAccess(policy)
}

/** Whether the caller could still change the policy of the resource if it had this one. */
export async function keepsCallerIn(
  context: Context,
  resource: ResourceFacts,
  policy: CompiledPolicy,
): Promise<boolean> {
  try {
    await context.require({
      action: 'secretsmanager:PutResourcePolicy',
      resource: { ...resource, policies: [policy] },
    })
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}
