import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluate, type PolicySet, type PolicyType } from './evaluate.ts'
import type { PolicyKind } from './fault.ts'
import { Naming, type RequestPrincipal } from './principal-match.ts'
import { type AccessRequest, statementApplies } from './statement-match.ts'

/** A statement that is missing, and the type of policy it is missing from. */
export interface NeededStatement {
  readonly policyType: PolicyType
  readonly statement: Readonly<Record<string, unknown>>
}

/** One for each type of policy. */
const mostNeeded = 7

/**
 * The smallest statements that would allow a request: one for each type of policy that allows nothing of it, tried out with the
 * evaluator. None where the request is allowed already, and none where a `Deny` forbids it, which no statement can outdo.
 */
export function neededStatements(request: AccessRequest, policies: PolicySet): readonly NeededStatement[] {
  const needed: NeededStatement[] = []
  let set = policies
  for (let tries = 0; tries <= mostNeeded; tries++) {
    const decision = evaluate(request, set)
    if (decision.allowed) return needed
    if (decision.reason === 'explicit-deny') return []
    const statement = smallestStatement(decision.by, request)
    const added = statement && compiled(decision.by, statement)
    if (!added) return []
    needed.push({ policyType: decision.by, statement })
    set = withPolicy(set, decision.by, added, request)
  }
  return []
}

function smallestStatement(type: PolicyType, request: AccessRequest): Record<string, unknown> | undefined {
  const { action, resource } = request
  const allow = { Effect: 'Allow', Action: action }
  if (type !== 'resource' && type !== 'trust') return { ...allow, Resource: resource }
  const Principal = principalElement(request.principal)
  if (!Principal) return undefined
  return type === 'trust' ? { ...allow, Principal } : { ...allow, Principal, Resource: '*' }
}

function principalElement(principal: RequestPrincipal): object | undefined {
  switch (principal.type) {
    case 'service':
      return { Service: principal.name }
    case 'federated':
      return { Federated: principal.provider }
    case 'anonymous':
      return undefined
    case 'role-session':
      return { AWS: principal.roleArn }
    default:
      return { AWS: principal.arn }
  }
}

const kinds: Readonly<Record<PolicyType, PolicyKind>> = {
  identity: 'identity',
  resource: 'resource',
  trust: 'trust',
  boundary: 'identity',
  session: 'identity',
  'service-control': 'control',
  'resource-control': 'control',
}

function withPolicy(set: PolicySet, type: PolicyType, added: CompiledPolicy, request: AccessRequest): PolicySet {
  const widen = (levels: PolicySet['serviceControl']) =>
    levels?.map((level) => (allowsAny(level, request) ? level : [...level, added]))
  switch (type) {
    case 'identity':
      return { ...set, identity: [...set.identity, added] }
    case 'resource':
    case 'trust':
      return { ...set, resource: [...set.resource, added] }
    case 'boundary':
      return { ...set, boundary: set.boundary ? together(set.boundary, added) : added }
    case 'session':
      return { ...set, session: [...(set.session ?? []), added] }
    case 'service-control':
      return { ...set, serviceControl: widen(set.serviceControl) }
    case 'resource-control':
      return { ...set, resourceControl: widen(set.resourceControl) }
  }
}

function allowsAny(policies: readonly CompiledPolicy[], request: AccessRequest): boolean {
  return policies.some((policy) =>
    policy.candidates(request.action).allows.some((one) => statementApplies(one, request) !== Naming.none),
  )
}

/** The statement as a policy; nothing where the action or the resource is none that a policy can name. */
function compiled(type: PolicyType, statement: Readonly<Record<string, unknown>>): CompiledPolicy | undefined {
  const all = type === 'resource-control' ? { ...statement, Principal: '*' } : statement
  // The older version has no variables: an ARN with `${` in it means itself.
  const result = compilePolicy(JSON.stringify({ Version: '2008-10-17', Statement: all }), kinds[type])
  return 'policy' in result ? result.policy : undefined
}

/** Two policies as one. */
function together(first: CompiledPolicy, second: CompiledPolicy): CompiledPolicy {
  return {
    ...first,
    candidates(action) {
      const [a, b] = [first.candidates(action), second.candidates(action)]
      return { denies: [...a.denies, ...b.denies], allows: [...a.allows, ...b.allows] }
    },
  }
}
