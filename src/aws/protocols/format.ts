import type { Faults } from './faults.ts'
import type { Member, Shape } from './model.ts'

/** Makes a typed value of a raw one and notes what is wrong with it. `prefix` is the path so far, with its dot. */
export type Read = (raw: unknown, prefix: string, faults: Faults) => unknown

/** Turns one raw scalar into a typed one, or notes it as malformed and answers nothing. */
export type Convert<T> = (raw: unknown, faults: Faults, shape: Shape) => T | undefined

/** What the raw values of a protocol mean. Raw structures and maps are objects, raw lists are arrays. */
export interface Format {
  nameOf(member: Member): string
  readonly string: Convert<string>
  readonly blob: Convert<Uint8Array>
  readonly boolean: Convert<boolean>
  readonly integer: Convert<number>
  readonly long: Convert<number>
  readonly float: Convert<number>
  readonly double: Convert<number>
  /** Milliseconds since 1970. */
  readonly timestamp: Convert<number>
}

export const listFound = 'Start of list found where not expected'
export const mapFound = 'Start of structure or map found where not expected.'
