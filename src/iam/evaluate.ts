import type { CompiledPolicy } from './compile-policy.ts'
import { accountOf, Naming, type RequestPrincipal } from './principal-match.ts'
import { type AccessRequest, statementApplies } from './statement-match.ts'

export type { AccessRequest } from './statement-match.ts'

/** Every policy that has a say in a request. */
export interface PolicySet {
  /** Of the user and its groups, or of the role. Ignored for callers that have no identity. */
  readonly identity: readonly CompiledPolicy[]
  readonly resource: readonly CompiledPolicy[]
  readonly boundary?: CompiledPolicy | undefined
  /** Policies passed when a session was made. Nothing: the session is not narrowed; an empty list: it may do nothing. */
  readonly session?: readonly CompiledPolicy[] | undefined
  /** Of the caller's organisation: one list for each level, from the root to the account; each level must allow. */
  readonly serviceControl?: readonly (readonly CompiledPolicy[])[] | undefined
  /** Of the resource's organisation, in the same form. */
  readonly resourceControl?: readonly (readonly CompiledPolicy[])[] | undefined
  /**
   * `grants`: within an account either side may allow (secrets, buckets). `root-of-trust`: nothing is allowed unless the
   * resource's policy says so, at least by leaving it to the account (KMS keys, roles' trust policies).
   */
  readonly resourceMode: 'grants' | 'root-of-trust'
}

export type PolicyType =
  | 'identity'
  | 'resource'
  | 'trust'
  | 'boundary'
  | 'session'
  | 'service-control'
  | 'resource-control'

export type Decision =
  /** `by`: the side that granted it; `root` is the account's own root user, who needs no policy. */
  | { readonly allowed: true; readonly by: 'identity' | 'resource' | 'root' }
  | { readonly allowed: false; readonly reason: 'explicit-deny' | 'implicit-deny'; readonly by: PolicyType }

const allowed = {
  identity: { allowed: true, by: 'identity' },
  resource: { allowed: true, by: 'resource' },
  root: { allowed: true, by: 'root' },
} as const satisfies Record<string, Decision>

type Denials = Readonly<Record<PolicyType, Decision>>

function denials(reason: 'explicit-deny' | 'implicit-deny'): Denials {
  const denial = (by: PolicyType): Decision => ({ allowed: false, reason, by })
  return {
    identity: denial('identity'),
    resource: denial('resource'),
    trust: denial('trust'),
    boundary: denial('boundary'),
    session: denial('session'),
    'service-control': denial('service-control'),
    'resource-control': denial('resource-control'),
  }
}

const explicit = denials('explicit-deny')
const implicit = denials('implicit-deny')

/**
 * Decides whether a request may go on. Source: IAM User Guide, «Policy evaluation logic», with the passages on accounts, sessions
 * and boundaries. Decisions are shared values: deciding allocates nothing.
 */
export function evaluate(request: AccessRequest, policies: PolicySet): Decision {
  return findDenial(request, policies) ?? findControl(request, policies) ?? decideGrant(request, policies)
}

/** A `Deny` in any policy ends it. */
function findDenial(request: AccessRequest, policies: PolicySet): Decision | undefined {
  const { principal } = request
  if (anyLevel(policies.resourceControl, request, denies)) return explicit['resource-control']
  if (isLimited(principal) && anyLevel(policies.serviceControl, request, denies)) return explicit['service-control']
  if (some(policies.resource, request, denies)) return explicit[resourceSide(policies)]
  if (!isLimited(principal)) return undefined
  if (some(policies.identity, request, denies)) return explicit.identity
  if (policies.boundary && denies(policies.boundary, request)) return explicit.boundary
  if (policies.session && some(policies.session, request, denies)) return explicit.session
  return undefined
}

/** Each level of an organisation must allow. Service control policies bind identities, the root user too, but no AWS service. */
function findControl(request: AccessRequest, policies: PolicySet): Decision | undefined {
  if (!everyLevel(policies.resourceControl, request)) return implicit['resource-control']
  if (isLimited(request.principal) && !everyLevel(policies.serviceControl, request)) return implicit['service-control']
  return undefined
}

function decideGrant(request: AccessRequest, policies: PolicySet): Decision {
  const { principal, resourceAccount } = request
  const named = resourceGrant(policies.resource, request)
  if (!isLimited(principal)) return named === Naming.none ? implicit[resourceSide(policies)] : allowed.resource
  const own = decideOwn(request, policies)
  const sameAccount = resourceAccount === undefined || resourceAccount === accountOf(principal)
  if (!sameAccount) {
    if (!own.allowed) return own
    return named === Naming.none ? implicit[resourceSide(policies)] : allowed.resource
  }
  if (named === Naming.itself) return allowed.resource
  if (policies.resourceMode === 'root-of-trust' && named === Naming.none) return implicit[resourceSide(policies)]
  if (named === Naming.everybody || named === Naming.role) return findLimit(request, policies) ?? allowed.resource
  return own
}

/** What the caller's own side says: its policies, and what they are limited by. */
function decideOwn(request: AccessRequest, policies: PolicySet): Decision {
  if (request.principal.type === 'root') return allowed.root
  if (!some(policies.identity, request, allows)) return implicit.identity
  return findLimit(request, policies) ?? allowed.identity
}

/** Boundaries and session policies grant nothing; they cut what others grant. */
function findLimit(request: AccessRequest, { boundary, session }: PolicySet): Decision | undefined {
  if (request.principal.type === 'root') return undefined
  if (boundary && !allows(boundary, request)) return implicit.boundary
  if (session && !some(session, request, allows)) return implicit.session
  return undefined
}

/** Whether a caller has an identity in an account, with policies of its own that limit it. */
function isLimited(principal: RequestPrincipal): boolean {
  return principal.type !== 'service' && principal.type !== 'federated' && principal.type !== 'anonymous'
}

function resourceSide({ resource }: PolicySet): 'resource' | 'trust' {
  return resource[0]?.kind === 'trust' ? 'trust' : 'resource'
}

/** The way in which an `Allow` on the resource names the caller that grants most. */
function resourceGrant(resource: readonly CompiledPolicy[], request: AccessRequest): Naming {
  let widest: Naming = Naming.none
  for (const policy of resource) {
    for (const statement of policy.candidates(request.action).allows) {
      const named = statementApplies(statement, request)
      if (named > widest) widest = named
      if (widest === Naming.itself) return widest
    }
  }
  return widest
}

type Test = (policy: CompiledPolicy, request: AccessRequest) => boolean

const denies: Test = (policy, request) => {
  const statements = policy.candidates(request.action).denies
  for (let index = 0; index < statements.length; index++) {
    const statement = statements[index]
    if (statement !== undefined && statementApplies(statement, request) !== Naming.none) return true
  }
  return false
}

const allows: Test = (policy, request) => {
  const statements = policy.candidates(request.action).allows
  for (let index = 0; index < statements.length; index++) {
    const statement = statements[index]
    if (statement !== undefined && statementApplies(statement, request) !== Naming.none) return true
  }
  return false
}

function some(policies: readonly CompiledPolicy[], request: AccessRequest, test: Test): boolean {
  for (let index = 0; index < policies.length; index++) {
    const policy = policies[index]
    if (policy !== undefined && test(policy, request)) return true
  }
  return false
}

function anyLevel(levels: PolicySet['serviceControl'], request: AccessRequest, test: Test): boolean {
  return levels?.some((policies) => some(policies, request, test)) ?? false
}

function everyLevel(levels: PolicySet['serviceControl'], request: AccessRequest): boolean {
  return levels?.every((policies) => some(policies, request, allows)) ?? true
}
