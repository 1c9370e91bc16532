import type { ContextLookup } from '../template.ts'

/** Whether one value of the request is what one value of the policy says. */
export type ValueTest = (actual: string, context: ContextLookup) => boolean

/** Makes the test for one value in a policy, or says that it is not a value for this operator. */
export type CompileValue = (
  value: string,
  rules: { readonly variables: boolean },
) => { readonly test: ValueTest } | { readonly refused: 'value' | 'variable' }

/** A row of the table of operators. */
export interface Operator {
  readonly compile: CompileValue
  /** Set for those that ask for none of the values (`StringNotEquals`): they hold where the key is missing. */
  readonly negated?: true
}
