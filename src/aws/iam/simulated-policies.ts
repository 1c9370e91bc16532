import { parseArn } from '../../iam/arn.ts'
import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import { faultSentence } from '../../iam/messages.ts'
import type { RequestPrincipal } from '../../iam/principal-match.ts'
import type { CallerPolicies } from '../platform.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { actorPolicies, entityPolicies, userPolicies } from './effective-policies.ts'
import { entityNotFound, invalidSimulation, type Noun } from './messages.ts'
import { factsOf } from './entity.ts'
import { type GroupRecord, groups, type RoleRecord, roles, type UserRecord, users } from './records.ts'

/** A user, group or role whose policies are looked into. */
export type PolicySource =
  | { readonly type: 'user'; readonly record: UserRecord }
  | { readonly type: 'group'; readonly record: GroupRecord }
  | { readonly type: 'role'; readonly record: RoleRecord }

/** Rule for operations on whoever a policy source ARN names, in the caller's account. */
export async function policySource(
  { PolicySourceArn: arn }: { readonly PolicySourceArn: string },
  { tx, call }: Finding,
): Promise<Resource<PolicySource>> {
  const { account } = call.caller
  const parsed = parseArn(arn)
  const [type, ...path] = parsed?.resource.split('/') ?? []
  const kinds = { user: users, group: groups, role: roles } as const
  if (parsed?.service !== 'iam' || type === undefined || !Object.hasOwn(kinds, type))
    throw invalidSimulation(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  const noun = type as Noun
  const name = path.at(-1) ?? ''
  const found = parsed.account === account ? await kinds[noun].get(tx, account, name.toLowerCase()) : undefined
  if (found?.arn !== arn) return { arn, account, missing: entityNotFound(noun, name) }
  return { ...factsOf(found, account), record: { type: noun, record: found } as PolicySource }
}

export async function sourcePolicies(source: PolicySource, { tx, call }: Finding): Promise<CallerPolicies> {
  switch (source.type) {
    case 'user':
      return userPolicies(tx, source.record, call.caller.account)
    case 'role':
      return actorPolicies(tx, source.record)
    case 'group':
      return { identity: await entityPolicies(tx, source.record), tags: {} }
  }
}

/** Who acts in a simulation. A group acts as one of its users would. */
export function sourcePrincipal({ type, record }: PolicySource, account: string): RequestPrincipal {
  const { arn, id, name } = record
  if (type !== 'role') return { type: 'user', account, arn, id }
  const session = arn.replace(':iam:', ':sts:').replace(/:role\/.*$/, `:assumed-role/${name}/simulation`)
  return { type: 'role-session', account, arn: session, roleArn: arn, roleId: id, sessionName: 'simulation' }
}

/** Compiles the policies that a simulation is given, named as AWS names them. */
export function givenPolicies(documents: readonly string[] = [], list = 'PolicyInputList'): readonly CompiledPolicy[] {
  return documents.map((document, index) => givenPolicy(document, 'identity', `${list}.${index + 1}`))
}

export function givenPolicy(document: string, kind: 'identity' | 'resource', name: string): CompiledPolicy {
  const compiled = compilePolicy(document, kind, { name })
  if ('invalid' in compiled) throw invalidSimulation(`Policy ${name} is not valid: ${faultSentence(compiled.invalid)}`)
  return compiled.policy
}
