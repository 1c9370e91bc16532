import { matchesArn } from './arn-pattern.ts'
import { actionApplies, type CompiledStatement } from './compile-policy.ts'
import { conditionHolds } from './conditions/condition.ts'
import { Naming, principalApplies, type RequestPrincipal } from './principal-match.ts'
import type { ContextLookup } from './template.ts'

/** What somebody wants to do to something. */
export interface AccessRequest {
  readonly principal: RequestPrincipal
  /** `service:Name`, in any case. */
  readonly action: string
  /** The resource's ARN, or `*` for an action that has none. */
  readonly resource: string
  /** The account that owns the resource; nothing where the action has no resource. */
  readonly resourceAccount: string | undefined
  /** Asked only for the keys that a policy refers to. */
  readonly context: ContextLookup
}

/** Which element of a statement kept it from applying. */
export type Missed = 'action' | 'principal' | 'resource' | 'condition'

/**
 * How closely a statement that speaks of the request's action applies: the way it names the caller, `Naming.itself` where it is
 * in a policy of the caller's own, and `Naming.none` where its principal, its resource or a condition does not fit.
 */
export function statementApplies(statement: CompiledStatement, request: AccessRequest): Naming {
  const { principal, conditions } = statement
  const named =
    principal === undefined ? Naming.itself : principalApplies(principal, request.principal, statement.effect)
  if (named === Naming.none || !resourceApplies(statement, request)) return Naming.none
  for (let index = 0; index < conditions.length; index++) {
    const condition = conditions[index]
    if (condition !== undefined && !conditionHolds(condition, request.context)) return Naming.none
  }
  return named
}

/**
 * Whether a statement speaks of the request's resource. A variable without a value is like no text, so `Resource` does not fit
 * it and a `NotResource` that denies does; a `NotResource` that allows is not widened by it.
 */
function resourceApplies(statement: CompiledStatement, { resource, context }: AccessRequest): boolean {
  const element = statement.resource
  if (element === undefined) return true
  let unknown = false
  for (let index = 0; index < element.patterns.length; index++) {
    const pattern = element.patterns[index]
    if (pattern === undefined) continue
    const fits = matchesArn(pattern, resource, context)
    if (fits === true) return !element.not
    unknown ||= fits === undefined
  }
  return element.not && !(unknown && statement.effect === 'Allow')
}

/** The first element that keeps a statement from applying, in the order in which they are looked at. */
export function missedBy(statement: CompiledStatement, request: AccessRequest): Missed | undefined {
  if (!actionApplies(statement, request.action.toLowerCase())) return 'action'
  const { principal } = statement
  if (principal !== undefined && principalApplies(principal, request.principal, statement.effect) === Naming.none) {
    return 'principal'
  }
  if (!resourceApplies(statement, request)) return 'resource'
  return statement.conditions.every((condition) => conditionHolds(condition, request.context)) ? undefined : 'condition'
}
