import { compilePattern } from './pattern.ts'
import type { Metadata, Shape } from './model.ts'

/** One thing the model demands of a value, with the words AWS has for it. */
export interface Constraint<T> {
  readonly text: string
  holds(value: T): boolean
}

export const notNull = 'Member must not be null'

/**
 * The constraints on a text: its length in UTF-16 units, as the Java services count, its pattern and its enum. A text
 * that is longer than allowed is not held against the pattern.
 */
export function textConstraints(shape: Shape, metadata: Metadata): readonly Constraint<string>[] {
  const constraints: Constraint<string>[] = [...sizeConstraints(shape)]
  const { pattern, max = Number.POSITIVE_INFINITY } = shape
  if (pattern !== undefined) {
    let compiled: RegExp | undefined
    constraints.push({
      text: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: (value) => value.length > max || (compiled ??= compilePattern(pattern)).test(value),
    })
  }
  if (shape.enum) {
    const allowed = new Set(shape.enum)
    const set = metadata.enumSetInMessages === false ? '' : `: [${shape.enum.join(', ')}]`
    constraints.push({ text: `Member must satisfy enum value set${set}`, holds: (value) => allowed.has(value) })
  }
  return constraints
}

/** The constraints on how many units a text, bytes a blob or elements a list has. */
export function sizeConstraints({ min, max }: Shape): readonly Constraint<{ readonly length: number }>[] {
  const constraints: Constraint<{ readonly length: number }>[] = []
  if (max !== undefined) {
    constraints.push({
      text: `Member must have length less than or equal to ${max}`,
      holds: (value) => value.length <= max,
    })
  }
  if (min !== undefined && min > 0) {
    constraints.push({
      text: `Member must have length greater than or equal to ${min}`,
      holds: (value) => value.length >= min,
    })
  }
  return constraints
}

export function rangeConstraints({ min, max }: Shape): readonly Constraint<number>[] {
  const constraints: Constraint<number>[] = []
  if (max !== undefined) {
    constraints.push({ text: `Member must have value less than or equal to ${max}`, holds: (value) => value <= max })
  }
  if (min !== undefined) {
    constraints.push({ text: `Member must have value greater than or equal to ${min}`, holds: (value) => value >= min })
  }
  return constraints
}

/** How AWS sums up what it demands of each element of a list, or of each key or value of a map. */
export function eachText(
  subject: 'Member' | 'Map keys' | 'Map value',
  constraints: readonly Constraint<never>[],
): string {
  return `${subject} must satisfy constraint: [${[...constraints.map(({ text }) => text), notNull].join(', ')}]`
}
