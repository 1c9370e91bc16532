import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts'
import { conditionHolds } from './conditions/condition.ts'
import { type Decision, evaluate, type PolicySet, type PolicyType } from './evaluate.ts'
import { Naming } from './principal-match.ts'
import { type AccessRequest, type Missed, missedBy, statementApplies } from './statement-match.ts'

/** A place in a policy document. Lines and columns count from 1, the offset from 0, all in UTF-16 units. */
export interface SourcePosition {
  readonly offset: number
  readonly line: number
  readonly column: number
}

export interface FailedCondition {
  readonly operator: string
  readonly key: string
  readonly wanted: readonly string[]
  /** What the request had; nothing where it had no such key. */
  readonly actual: string | readonly string[] | undefined
}

export interface StatementOutcome {
  readonly policyType: PolicyType
  /** The policy's name, or its `Id` where it has no name. */
  readonly policy: string | undefined
  readonly sid: string | undefined
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly applied: boolean
  /** The first element that kept it from applying. */
  readonly missed: Missed | undefined
  readonly failedConditions: readonly FailedCondition[]
  /** The statement's opening brace. */
  readonly start: SourcePosition
  /** One past its closing brace. */
  readonly end: SourcePosition
  /** As it stands in the document. */
  readonly text: string
}

export interface PolicyOutcome {
  readonly type: PolicyType
  readonly policy: string | undefined
  readonly outcome: 'allow' | 'deny' | 'silent'
  readonly statements: readonly StatementOutcome[]
}

export interface Explanation {
  readonly decision: Decision
  /** The statements that brought the decision about; none where it is that nothing allowed the request. */
  readonly deciding: readonly StatementOutcome[]
  readonly policies: readonly PolicyOutcome[]
}

/**
 * Says why a request is allowed or denied. The decision and each statement's outcome come from the functions that decide; this
 * only asks them about more than a decision needs.
 */
export function explain(request: AccessRequest, policies: PolicySet): Explanation {
  const decision = evaluate(request, policies)
  const outcomes = typed(policies).map(([type, policy]) => explainPolicy(type, policy, request))
  const applied = outcomes.flatMap(({ statements }) => statements.filter((statement) => statement.applied))
  return { decision, deciding: applied.filter((statement) => decided(statement, decision)), policies: outcomes }
}

function decided({ policyType, effect }: StatementOutcome, decision: Decision): boolean {
  if (!decision.allowed) return decision.reason === 'explicit-deny' && effect === 'Deny' && policyType === decision.by
  if (effect === 'Deny') return false
  return decision.by === 'resource' ? policyType === 'resource' || policyType === 'trust' : policyType === decision.by
}

function typed(policies: PolicySet): readonly (readonly [PolicyType, CompiledPolicy])[] {
  const tag = (type: PolicyType, list: readonly CompiledPolicy[] = []) => list.map((policy) => [type, policy] as const)
  return [
    ...tag('resource-control', policies.resourceControl?.flat()),
    ...tag('service-control', policies.serviceControl?.flat()),
    ...policies.resource.map((policy) => [policy.kind === 'trust' ? 'trust' : 'resource', policy] as const),
    ...tag('identity', policies.identity),
    ...tag('boundary', policies.boundary && [policies.boundary]),
    ...tag('session', policies.session),
  ]
}

function explainPolicy(type: PolicyType, policy: CompiledPolicy, request: AccessRequest): PolicyOutcome {
  const statements = policy.statements.map((statement) => explainStatement(type, policy, statement, request))
  const applied = statements.filter((statement) => statement.applied)
  const denied = applied.some(({ effect }) => effect === 'Deny')
  const outcome = denied ? 'deny' : applied.length > 0 ? 'allow' : 'silent'
  return { type, policy: policy.name ?? policy.id, outcome, statements }
}

function explainStatement(
  policyType: PolicyType,
  policy: CompiledPolicy,
  statement: CompiledStatement,
  request: AccessRequest,
): StatementOutcome {
  const missed = missedBy(statement, request)
  return {
    policyType,
    policy: policy.name ?? policy.id,
    sid: statement.sid,
    index: statement.index,
    effect: statement.effect,
    applied: missed === undefined && statementApplies(statement, request) !== Naming.none,
    missed,
    failedConditions: missed === 'condition' ? failedConditions(statement, request) : [],
    start: positionAt(policy.document, statement.start),
    end: positionAt(policy.document, statement.end),
    text: policy.document.slice(statement.start, statement.end),
  }
}

function failedConditions(statement: CompiledStatement, { context }: AccessRequest): readonly FailedCondition[] {
  return statement.conditions
    .filter((condition) => !conditionHolds(condition, context))
    .map(({ operator, key, values, lookupKey }) => ({ operator, key, wanted: values, actual: context(lookupKey) }))
}

function positionAt(document: string, offset: number): SourcePosition {
  let line = 1
  let lineStart = 0
  for (let at = document.indexOf('\n'); at >= 0 && at < offset; at = document.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { offset, line, column: offset - lineStart + 1 }
}

const policyNames: Readonly<Record<PolicyType, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  'service-control': 'service control policy',
  'resource-control': 'resource control policy',
}

/**
 * What AWS says to a caller who is refused. The resource is left out where the action has none.
 * Source: IAM User Guide, «Troubleshoot access denied error messages», and answers of the services.
 */
export function deniedSentence(request: AccessRequest, decision: Extract<Decision, { allowed: false }>): string {
  const { action, resource } = request
  const on = resource === '*' ? '' : ` on resource: ${resource}`
  return `User: ${callerName(request)} is not authorized to perform: ${action}${on} ${denialClause(action, decision)}`
}

function denialClause(action: string, { reason, by }: Extract<Decision, { allowed: false }>): string {
  const name = policyNames[by]
  if (reason === 'implicit-deny') return `because no ${name} allows the ${action} action`
  const article = by === 'identity' ? 'an' : by === 'trust' ? 'the' : 'a'
  return `with an explicit deny in ${article} ${name}`
}

function callerName({ principal }: AccessRequest): string {
  switch (principal.type) {
    case 'anonymous':
      return 'anonymous'
    case 'service':
      return principal.name
    case 'federated':
      return principal.provider
    default:
      return principal.arn
  }
}
