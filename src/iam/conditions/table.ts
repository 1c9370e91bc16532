import { arnLike } from './arn.ts'
import { binaryEquals } from './binary.ts'
import { bool } from './bool.ts'
import { dateOperator } from './date.ts'
import { ipAddress } from './ip.ts'
import { numeric } from './numeric.ts'
import type { CompileValue, Operator } from './operator.ts'
import { stringEquals, stringEqualsIgnoreCase, stringLike } from './string.ts'

type Comparisons = (compare: (actual: number, wanted: number) => boolean) => CompileValue

/** The six comparisons that numbers and dates share. */
function comparisons(name: string, operator: Comparisons): Record<string, Operator> {
  const equals = operator((actual, wanted) => actual === wanted)
  return {
    [`${name}Equals`]: { compile: equals },
    [`${name}NotEquals`]: { compile: equals, negated: true },
    [`${name}LessThan`]: { compile: operator((actual, wanted) => actual < wanted) },
    [`${name}LessThanEquals`]: { compile: operator((actual, wanted) => actual <= wanted) },
    [`${name}GreaterThan`]: { compile: operator((actual, wanted) => actual > wanted) },
    [`${name}GreaterThanEquals`]: { compile: operator((actual, wanted) => actual >= wanted) },
  }
}

const rows: Readonly<Record<string, Operator>> = {
  StringEquals: { compile: stringEquals },
  StringNotEquals: { compile: stringEquals, negated: true },
  StringEqualsIgnoreCase: { compile: stringEqualsIgnoreCase },
  StringNotEqualsIgnoreCase: { compile: stringEqualsIgnoreCase, negated: true },
  StringLike: { compile: stringLike },
  StringNotLike: { compile: stringLike, negated: true },
  ...comparisons('Numeric', numeric),
  ...comparisons('Date', dateOperator),
  Bool: { compile: bool },
  BinaryEquals: { compile: binaryEquals },
  IpAddress: { compile: ipAddress },
  NotIpAddress: { compile: ipAddress, negated: true },
  ArnEquals: { compile: arnLike },
  ArnLike: { compile: arnLike },
  ArnNotEquals: { compile: arnLike, negated: true },
  ArnNotLike: { compile: arnLike, negated: true },
}

/**
 * Every operator that compares values, by its name in lower case. `Null`, which asks only whether a key is there, is in
 * `condition.ts`. Source: IAM User Guide, «IAM JSON policy elements: Condition operators».
 */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries(rows).map(([name, operator]) => [name.toLowerCase(), operator]),
)
