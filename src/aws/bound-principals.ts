import type { CompiledPolicy } from '../iam/compile-policy.ts'
import type { Transaction } from '../store/store.ts'
import type { Platform } from './platform.ts'

/**
 * A user or role that a policy named when it was put, and the unique id it had then. It is the id that the policy means: who is made
 * anew under the same name is somebody else (IAM user guide, «AWS JSON policy elements: Principal»).
 */
export interface BoundPrincipal {
  readonly arn: string
  readonly id: string
}

/** The AWS principals that a policy names, as it writes them; everybody is not among them. */
export function namedPrincipals({ statements }: CompiledPolicy): ReadonlySet<string> {
  const entries = statements.flatMap(({ principal }) => principal?.entries ?? [])
  return new Set(entries.filter(({ type, value }) => type === 'AWS' && value !== '*').map(({ value }) => value))
}

/** Binds the users and roles that a policy names to the ids that they have now; nothing where one of its principals is not there. */
export async function bindPrincipals(
  policy: CompiledPolicy,
  tx: Transaction,
  { identities }: Platform,
): Promise<readonly BoundPrincipal[] | undefined> {
  const bound: BoundPrincipal[] = []
  for (const arn of namedPrincipals(policy)) {
    if ((await identities.principalExists?.(tx, arn)) === false) return undefined
    const id = await identities.principalId?.(tx, arn)
    if (id !== undefined && id !== arn) bound.push({ arn, id })
  }
  return bound
}

/** For `compilePolicy`: whom the names of a policy mean. */
export function boundIds(bound: readonly BoundPrincipal[] = []): ReadonlyMap<string, string> {
  return new Map(bound.map(({ arn, id }) => [arn, id]))
}

/** A policy as it is shown: a principal that is gone, or was made anew, shows as the unique id it had. */
export async function shownPolicy(
  document: string,
  bound: readonly BoundPrincipal[] | undefined,
  tx: Transaction,
  { identities }: Platform,
): Promise<string> {
  const gone = new Map<string, string>()
  for (const { arn, id } of bound ?? []) {
    if ((await identities.principalId?.(tx, arn)) !== id) gone.set(arn, id)
  }
  return gone.size === 0 ? document : withPrincipals(document, gone)
}

type Json = string | readonly Json[] | { readonly [name: string]: Json }

function withPrincipals(document: string, others: ReadonlyMap<string, string>): string {
  const policy = JSON.parse(document) as { Statement: Json }
  return JSON.stringify({ ...policy, Statement: inStatements(policy.Statement, others) })
}

function inStatements(statements: Json, others: ReadonlyMap<string, string>): Json {
  const replace = (value: Json): Json => {
    if (typeof value === 'string') return others.get(value) ?? value
    return Array.isArray(value) ? value.map(replace) : value
  }
  const inStatement = (statement: Json): Json =>
    Object.fromEntries(
      Object.entries(statement).map(([name, value]) => {
        const principal = (name === 'Principal' || name === 'NotPrincipal') && typeof value === 'object'
        return [name, principal && 'AWS' in value ? { ...value, AWS: replace(value['AWS'] as Json) } : value]
      }),
    )
  return Array.isArray(statements) ? statements.map(inStatement) : inStatement(statements)
}
