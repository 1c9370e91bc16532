import { parseArn } from './arn.ts'
import { refuse } from './fault.ts'
import type { ParsedPrincipal } from './parse-statement.ts'

/** Who sends a request. Every `arn` is the one that AWS shows for the caller. */
export type RequestPrincipal =
  /** An account's root user. */
  | { readonly type: 'root'; readonly account: string; readonly arn: string }
  /** An IAM user, with its own keys or a session token. `id` begins with AIDA. */
  | { readonly type: 'user'; readonly account: string; readonly arn: string; readonly id: string }
  /** A session of a role. `roleArn` has the role's path; `roleId` begins with AROA. */
  | {
      readonly type: 'role-session'
      readonly account: string
      readonly arn: string
      readonly roleArn: string
      readonly roleId: string
      readonly sessionName: string
    }
  /** A session that a user made with GetFederationToken; `issuer` is that user (or the root user, without an id). */
  | {
      readonly type: 'federated-user'
      readonly account: string
      readonly arn: string
      readonly issuer: { readonly arn: string; readonly id?: string }
    }
  /** Somebody whom an identity provider vouches for, before a role is assumed. `provider` is its ARN, or its host name. */
  | { readonly type: 'federated'; readonly provider: string }
  /** An AWS service that acts for itself, such as `lambda.amazonaws.com`. */
  | { readonly type: 'service'; readonly name: string }
  | { readonly type: 'anonymous' }

/**
 * How a policy names the caller, in the order of how much that grants within an account: not at all; by its account, which
 * leaves it to the account's own policies; as everybody, or by its role (or a federated session's user), both cut by boundaries
 * and session policies; by itself, which nothing but a `Deny` cuts.
 */
export const Naming = { none: 0, account: 1, everybody: 2, role: 3, itself: 4 } as const
export type Naming = (typeof Naming)[keyof typeof Naming]

/** The `Principal` or `NotPrincipal` of a statement. */
export interface PrincipalMatcher {
  readonly not: boolean
  readonly everybody: boolean
  /** Account numbers. */
  readonly accounts: ReadonlySet<string>
  /** ARNs of users, roles and sessions, and unique ids of users and roles. */
  readonly names: ReadonlySet<string>
  readonly services: ReadonlySet<string>
  readonly federated: ReadonlySet<string>
  readonly entries: readonly ParsedPrincipal[]
}

/** Makes a matcher, or refuses a principal that has none of the forms that policies may name. */
export function compilePrincipal(not: boolean, entries: readonly ParsedPrincipal[]): PrincipalMatcher {
  const accounts = new Set<string>()
  const names = new Set<string>()
  const services = new Set<string>()
  const federated = new Set<string>()
  let everybody = false
  for (const entry of entries) {
    const { type, value } = entry
    if (value === '*' && (type === '*' || type === 'AWS')) everybody = true
    else if (type === 'Service' && /^(?:\*|[a-z0-9][a-z0-9.-]*)$/.test(value)) services.add(value)
    else if (type === 'Federated' && value !== '') federated.add(value)
    else if (type === 'CanonicalUser' && /^[0-9a-f]{64}$/.test(value)) names.add(value)
    else if (type !== 'AWS') refuse({ kind: 'bad-principal', principalType: type, principal: value })
    else addAws(value, accounts, names)
  }
  return { not, everybody, accounts, names, services, federated, entries }
}

const uniqueId = /^(?:AIDA|AROA)[A-Z0-9]{4,124}$/
const nameable = /^(?:user|role)\/.+|^(?:assumed-role)\/[^/]+\/[^/]+$|^federated-user\/[^/]+$/

function addAws(value: string, accounts: Set<string>, names: Set<string>): void {
  if (/^\d{12}$/.test(value)) {
    accounts.add(value)
    return
  }
  if (uniqueId.test(value)) {
    names.add(value)
    return
  }
  const arn = parseArn(value)
  const service =
    arn?.resource.startsWith('assumed-role/') || arn?.resource.startsWith('federated-user/') ? 'sts' : 'iam'
  if (arn === undefined || arn.service !== service || arn.region !== '' || !/^\d{12}$/.test(arn.account)) {
    refuse({ kind: 'bad-principal', principalType: 'AWS', principal: value })
  }
  if (arn.resource === 'root') accounts.add(arn.account)
  else if (nameable.test(arn.resource) && !/[*?]/.test(arn.resource)) names.add(value)
  else refuse({ kind: 'bad-principal', principalType: 'AWS', principal: value })
}

function naming(matcher: PrincipalMatcher, principal: RequestPrincipal): Naming {
  const named = namedBy(matcher, principal)
  return matcher.everybody && named < Naming.everybody ? Naming.everybody : named
}

function namedBy(matcher: PrincipalMatcher, principal: RequestPrincipal): Naming {
  const { names } = matcher
  switch (principal.type) {
    case 'anonymous':
      return Naming.none
    case 'service':
      return matcher.services.has(principal.name) || matcher.services.has('*') ? Naming.itself : Naming.none
    case 'federated':
      return matcher.federated.has(principal.provider) || matcher.federated.has('*') ? Naming.itself : Naming.none
    case 'root':
      return matcher.accounts.has(principal.account) ? Naming.itself : Naming.none
    case 'user':
      if (names.size > 0 && (names.has(principal.arn) || names.has(principal.id))) return Naming.itself
      break
    case 'role-session':
      if (names.size === 0) break
      if (names.has(principal.arn)) return Naming.itself
      if (names.has(principal.roleArn) || names.has(principal.roleId)) return Naming.role
      break
    case 'federated-user': {
      const { arn, id } = principal.issuer
      if (names.has(principal.arn)) return Naming.itself
      if (names.has(arn) || (id !== undefined && names.has(id))) return Naming.role
      break
    }
  }
  return matcher.accounts.has(principal.account) ? Naming.account : Naming.none
}

/**
 * How closely the element that a statement has, `Principal` or `NotPrincipal`, points at a caller. `NotPrincipal` errs on the
 * side of refusing: an `Allow` reaches only who is not named at any level, a `Deny` spares only who is named at every one of its
 * levels (the account, the role, the session or user), which is why AWS tells people to list all of them.
 */
export function principalApplies(
  matcher: PrincipalMatcher,
  principal: RequestPrincipal,
  effect: 'Allow' | 'Deny',
): Naming {
  if (!matcher.not) return naming(matcher, principal)
  const spared =
    effect === 'Allow'
      ? naming(matcher, principal) !== Naming.none
      : matcher.everybody || namedAtEveryLevel(matcher, principal)
  return spared ? Naming.none : Naming.everybody
}

function namedAtEveryLevel(matcher: PrincipalMatcher, principal: RequestPrincipal): boolean {
  const { accounts, names } = matcher
  switch (principal.type) {
    case 'user':
      return accounts.has(principal.account) && (names.has(principal.arn) || names.has(principal.id))
    case 'role-session': {
      const role = names.has(principal.roleArn) || names.has(principal.roleId)
      return accounts.has(principal.account) && role && names.has(principal.arn)
    }
    case 'federated-user':
      return accounts.has(principal.account) && names.has(principal.arn)
    default:
      return namedBy(matcher, principal) !== Naming.none
  }
}

/** The account that a caller belongs to; services, strangers and those not yet in a role have none. */
export function accountOf(principal: RequestPrincipal): string | undefined {
  return 'account' in principal ? principal.account : undefined
}
