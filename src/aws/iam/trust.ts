import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import { derivation } from '../../store/table.ts'
import type { Transaction } from '../../store/store.ts'
import type { Finding } from '../operation.ts'
import { trustTooLarge, unknownPrincipal } from './messages.ts'
import { checkDocument, compileStored, documentSize } from './policy-document.ts'
import { findPrincipal } from './principal.ts'
import type { RoleRecord } from './records.ts'

const mostCharacters = 2048
const mostStored = 131_072

/** The members of a role's record that come from its trust policy; refuses a principal that is not there. */
export async function readTrust(
  document: string,
  { tx, platform }: Finding,
): Promise<Pick<RoleRecord, 'trust' | 'trusted'>> {
  const policy = checkDocument(document, 'trust')
  if (documentSize(document) > mostCharacters || document.length > mostStored) throw trustTooLarge(mostCharacters)
  const trusted: { arn: string; id: string }[] = []
  for (const value of awsPrincipals(policy)) {
    if (value === '*') continue
    const principal = await findPrincipal(tx, value, platform)
    if (!principal) throw unknownPrincipal(value)
    if (principal.id !== undefined && principal.id !== value) trusted.push({ arn: value, id: principal.id })
  }
  return { trust: document, trusted }
}

function awsPrincipals(policy: CompiledPolicy): ReadonlySet<string> {
  const entries = policy.statements.flatMap(({ principal }) => principal?.entries ?? [])
  return new Set(entries.filter(({ type }) => type === 'AWS').map(({ value }) => value))
}

/**
 * The trust policy as it decides: users and roles by the unique ids that they had when it was given. Source: IAM user guide,
 * «AWS JSON policy elements: Principal».
 */
export const trustPolicy = derivation(({ name, trust, trusted }: RoleRecord): CompiledPolicy => {
  const ids = new Map(trusted.map(({ arn, id }) => [arn, id]))
  return compileStored(trusted.length === 0 ? trust : withPrincipals(trust, ids), 'trust', name)
})

/** The trust policy as it is shown: a principal that is gone, or was made anew, shows as the unique id it had. */
export async function shownTrust(
  tx: Transaction,
  { trust, trusted }: RoleRecord,
  { platform }: Finding,
): Promise<string> {
  const gone = new Map<string, string>()
  for (const { arn, id } of trusted) {
    const now = await findPrincipal(tx, arn, platform)
    if (now?.id !== id) gone.set(arn, id)
  }
  return gone.size === 0 ? trust : withPrincipals(trust, gone)
}

/** For a role that is not there: nobody is trusted. */
export const noTrust: CompiledPolicy = {
  kind: 'trust',
  name: undefined,
  document: '',
  version: '2012-10-17',
  id: undefined,
  statements: [],
  candidates: () => ({ denies: [], allows: [] }),
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
