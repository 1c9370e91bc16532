import { type ArnPattern, compileArnPattern } from './arn-pattern.ts'
import { type CompiledCondition, compileCondition } from './conditions/condition.ts'
import { orFault, type PolicyFault, type PolicyKind, refuse } from './fault.ts'
import { type PolicyLimits, parsePolicy } from './parse-policy.ts'
import type { ParsedElement, ParsedStatement } from './parse-statement.ts'
import { compilePrincipal, type PrincipalMatcher } from './principal-match.ts'
import { templateParts } from './template.ts'
import { compileWildcards, matchesPattern, type Pattern } from './wildcard.ts'

/** `Action`/`NotAction` or `Resource`/`NotResource`; `values` are the policy's own texts. */
export interface CompiledElement<P> extends ParsedElement {
  readonly patterns: readonly P[]
}

export interface CompiledStatement {
  readonly index: number
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Nothing in policies that name no principal: they speak of whom they are attached to. */
  readonly principal: PrincipalMatcher | undefined
  readonly action: CompiledElement<Pattern>
  /** Nothing in trust policies: they speak of their role. */
  readonly resource: CompiledElement<ArnPattern> | undefined
  readonly conditions: readonly CompiledCondition[]
  /** The offset of its opening brace in the document, and one past its closing one. */
  readonly start: number
  readonly end: number
}

/** The statements of a policy that speak of one action. */
export interface Candidates {
  readonly denies: readonly CompiledStatement[]
  readonly allows: readonly CompiledStatement[]
}

/** A policy made ready for decisions. Nothing in it depends on a request, so one may serve them all. */
export interface CompiledPolicy {
  readonly kind: PolicyKind
  /** What the policy is called in explanations: its name or ARN. */
  readonly name: string | undefined
  readonly document: string
  readonly version: '2008-10-17' | '2012-10-17'
  readonly id: string | undefined
  readonly statements: readonly CompiledStatement[]
  /** The statements that speak of an action; `action` is `service:Name` in any case. */
  candidates(action: string): Candidates
}

/** One that allows and denies nothing, in the place of a policy that cannot be had. */
export function silentPolicy(kind: PolicyKind): CompiledPolicy {
  const nothing = { denies: [], allows: [] }
  const named = { name: undefined, document: '', version: '2012-10-17', id: undefined } as const
  return { kind, ...named, statements: [], candidates: () => nothing }
}

export interface CompileOptions extends PolicyLimits {
  readonly name?: string
  /** The unique ids that ARNs of users and roles stand for: whoever else has such a name now is not meant. */
  readonly ids?: ReadonlyMap<string, string>
}

/**
 * Reads and compiles a policy document. The fault says what is wrong with it as data; `faultSentence` puts it in IAM's words.
 */
export function compilePolicy(
  document: string,
  kind: PolicyKind,
  options: CompileOptions = {},
): { readonly policy: CompiledPolicy } | { readonly invalid: PolicyFault } {
  const compiled = orFault(() => {
    const { version, id, statements: parsed } = parsePolicy(document, kind, options)
    const variables = version === '2012-10-17'
    const statements = parsed.map((statement, index) =>
      compileStatement(withIds(statement, options.ids), index, kind, variables),
    )
    return { kind, name: options.name, document, version, id, statements, candidates: rememberCandidates(statements) }
  })
  return 'invalid' in compiled ? compiled : { policy: compiled.value }
}

function withIds(statement: ParsedStatement, ids: ReadonlyMap<string, string> | undefined): ParsedStatement {
  const { principal } = statement
  if (!principal || !ids || ids.size === 0) return statement
  const entries = principal.entries.map((entry) =>
    entry.type === 'AWS' ? { ...entry, value: ids.get(entry.value) ?? entry.value } : entry,
  )
  return { ...statement, principal: { ...principal, entries } }
}

function compileStatement(
  parsed: ParsedStatement,
  index: number,
  kind: PolicyKind,
  variables: boolean,
): CompiledStatement {
  const { sid, principal, action, resource, start, end } = parsed
  const matcher = principal && compilePrincipal(principal.not, principal.entries)
  if (kind === 'control' && matcher && !matcher.everybody) {
    const [entry] = matcher.entries
    refuse({ kind: 'bad-principal', principalType: entry?.type ?? 'AWS', principal: entry?.value ?? '' })
  }
  return {
    index,
    sid,
    effect: parsed.effect === 'Deny' ? 'Deny' : 'Allow',
    principal: matcher,
    action: compileElement(action as ParsedElement, (text) => compileWildcards(text.toLowerCase())),
    resource: resource && compileElement(resource, (text) => compileResource(text, variables)),
    conditions: parsed.conditions.map((condition) => compileCondition(condition, variables)),
    start,
    end,
  }
}

function compileElement<P>(element: ParsedElement, compile: (text: string) => P): CompiledElement<P> {
  return { ...element, patterns: element.values.map(compile) }
}

function compileResource(text: string, variables: boolean): ArnPattern {
  const parts = templateParts(text, { variables, wildcards: true }) ?? refuse({ kind: 'bad-variable', text })
  return compileArnPattern(parts)
}

/** How many actions a policy remembers its statements for. A server asks about some hundreds; a simulation may ask about any. */
const mostRemembered = 512

/**
 * Finds the statements for an action, and remembers them: the second decision about an action costs one look-up, however many
 * statements the policy has.
 */
function rememberCandidates(statements: readonly CompiledStatement[]): (action: string) => Candidates {
  const remembered = new Map<string, Candidates>()
  return (action) => {
    const known = remembered.get(action)
    if (known !== undefined) return known
    const found = findCandidates(statements, action)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(action, found)
    return found
  }
}

function findCandidates(statements: readonly CompiledStatement[], action: string): Candidates {
  const lowercased = action.toLowerCase()
  const speaking = statements.filter((statement) => actionApplies(statement, lowercased))
  return {
    denies: speaking.filter(({ effect }) => effect === 'Deny'),
    allows: speaking.filter(({ effect }) => effect === 'Allow'),
  }
}

/** Whether a statement speaks of an action; `lowercased` is its name in lower case. */
export function actionApplies({ action }: CompiledStatement, lowercased: string): boolean {
  return action.patterns.some((pattern) => matchesPattern(pattern, lowercased)) !== action.not
}
