/**
 * What is wrong with an input, gathered while it is read. `malformed` is a value of the wrong kind: the request cannot
 * be understood at all, and the first one is told. `invalid` are values that break a constraint of the model: they are
 * told together.
 */
export interface Faults {
  malformed: Malformed | undefined
  invalid: string[] | undefined
  /** How many constraints are broken; the texts beyond `mostTexts` are not kept. */
  count: number
}

/** Why a request cannot be understood; AWS gives no text for some reasons. */
export interface Malformed {
  readonly message?: string
}

const mostTexts = 64

export function noFaults(): Faults {
  return { malformed: undefined, invalid: undefined, count: 0 }
}

/** Notes that a value is of the wrong kind. Answers nothing, which then stands for the value. */
export function malformed(faults: Faults, message?: string): undefined {
  faults.malformed ??= message === undefined ? {} : { message }
}

/** Notes a broken constraint: `shown` is the value as the message shows it, or nothing where it must not. */
export function invalid(faults: Faults, shown: string | undefined, path: string, constraint: string): void {
  faults.count += 1
  faults.invalid ??= []
  if (faults.invalid.length === mostTexts) return
  const value = shown === undefined ? '' : ` ${shown}`
  faults.invalid.push(`Value${value} at '${path}' failed to satisfy constraint: ${constraint}`)
}

/** The sentence AWS makes of broken constraints, such as «1 validation error detected: Value '…' at '…' failed …». */
export function validationMessage(faults: Faults): string {
  const noun = faults.count === 1 ? 'error' : 'errors'
  return `${faults.count} validation ${noun} detected: ${(faults.invalid ?? []).join('; ')}`
}

/** A value as Java prints it: `[a, b]` for a list, `{k=v}` for a map. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${show(item)}`)
      .join(', ')}}`
  }
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
