import { type PolicyFault, refuse } from '../fault.ts'
import type { ParsedCondition } from '../parse-statement.ts'
import type { ContextLookup } from '../template.ts'
import type { Operator, ValueTest } from './operator.ts'
import { operators } from './table.ts'

/** One operator on one key, made ready. The texts are kept for explanations. */
export interface CompiledCondition extends ParsedCondition {
  /** The key in lower case, as the request is asked for it. */
  readonly lookupKey: string
  readonly rule:
    | { readonly form: 'null'; readonly wanted: readonly boolean[] }
    | {
        readonly form: 'single' | 'all' | 'any'
        readonly negated: boolean
        readonly ifExists: boolean
        readonly tests: readonly ValueTest[]
      }
}

interface OperatorName {
  readonly form: 'single' | 'all' | 'any'
  readonly ifExists: boolean
  readonly base: string
}

/** Takes an operator's name apart: `ForAnyValue:StringLikeIfExists`. */
function operatorName(text: string): OperatorName {
  let base = text.toLowerCase()
  let form: OperatorName['form'] = 'single'
  if (base.startsWith('forallvalues:')) form = 'all'
  else if (base.startsWith('foranyvalue:')) form = 'any'
  if (form !== 'single') base = base.slice(base.indexOf(':') + 1)
  const ifExists = base.endsWith('ifexists')
  return { form, ifExists, base: ifExists ? base.slice(0, -'ifexists'.length) : base }
}

/** Makes a condition ready, or refuses it where the operator does not exist or a value is not one for it. */
export function compileCondition(condition: ParsedCondition, variables: boolean): CompiledCondition {
  const name = operatorName(condition.operator)
  const common = { ...condition, lookupKey: condition.key.toLowerCase() }
  if (name.base === 'null' && !name.ifExists) {
    const wanted = condition.values.map((value) => {
      const text = value.toLowerCase()
      return text === 'true' || text === 'false' ? text === 'true' : refuse(badValue(condition, value))
    })
    return { ...common, rule: { form: 'null', wanted } }
  }
  const operator = operators.get(name.base) ?? refuse({ kind: 'unknown-operator', operator: condition.operator })
  return {
    ...common,
    rule: {
      form: name.form,
      negated: operator.negated === true,
      ifExists: name.ifExists,
      tests: condition.values.map((value) => compileValue(operator, condition, value, variables)),
    },
  }
}

function compileValue(operator: Operator, condition: ParsedCondition, value: string, variables: boolean): ValueTest {
  const compiled = operator.compile(value, { variables })
  if ('test' in compiled) return compiled.test
  return refuse(compiled.refused === 'variable' ? { kind: 'bad-variable', text: value } : badValue(condition, value))
}

function badValue({ operator, key }: ParsedCondition, value: string): PolicyFault {
  return { kind: 'bad-condition-value', operator, key, value }
}

/**
 * Whether a request meets a condition. Several values in the policy are alternatives; a negated operator asks for none of
 * them. A missing key meets a negated operator, `IfExists` and `ForAllValues`, and nothing else; for the last two forms an empty
 * list or an empty text counts as missing.
 */
export function conditionHolds(condition: CompiledCondition, context: ContextLookup): boolean {
  const { rule } = condition
  const actual = context(condition.lookupKey)
  if (rule.form === 'null') return rule.wanted.includes(isMissing(actual))
  if (actual === undefined) return rule.ifExists || rule.form === 'all' || (rule.form === 'single' && rule.negated)
  if (rule.form === 'single') {
    if (typeof actual === 'string') return fits(rule.tests, actual, context) !== rule.negated
    return actual.some((value) => fits(rule.tests, value, context)) !== rule.negated
  }
  const values = typeof actual === 'string' ? (actual === '' ? [] : [actual]) : actual
  if (values.length === 0) return rule.form === 'all' || rule.ifExists
  const holds = (value: string) => fits(rule.tests, value, context) !== rule.negated
  return rule.form === 'all' ? values.every(holds) : values.some(holds)
}

function isMissing(actual: string | readonly string[] | undefined): boolean {
  return actual === undefined || (typeof actual !== 'string' && actual.length === 0)
}

function fits(tests: readonly ValueTest[], actual: string, context: ContextLookup): boolean {
  for (let index = 0; index < tests.length; index++) {
    if ((tests[index] as ValueTest)(actual, context)) return true
  }
  return false
}
