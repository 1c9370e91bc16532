import type { CompileValue } from './operator.ts'

const decimal = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/

function parseNumber(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : undefined
}

/** The `Numeric…` operators: decimal numbers; what is not one in the request fits nothing. */
export function numeric(compare: (actual: number, wanted: number) => boolean): CompileValue {
  return (value) => {
    const wanted = parseNumber(value)
    if (wanted === undefined) return { refused: 'value' }
    return {
      test: (text) => {
        const actual = parseNumber(text)
        return actual !== undefined && compare(actual, wanted)
      },
    }
  }
}
