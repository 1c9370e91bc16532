/** One piece of a pattern: text that must be there as it is, any run of characters (`*`), or any single one (`?`). */
export type PatternPart = { readonly literal: string } | { readonly any: 'many' | 'one' }

/** A run between two stars. `codes` is there when the run has single-character wildcards, each written as `anyCode`. */
interface Run {
  readonly text: string
  readonly codes: Int32Array | undefined
}

/** A pattern made ready for matching. Most patterns in real policies are one of the first three kinds. */
export type Pattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'runs'; readonly first: Run; readonly middle: readonly Run[]; readonly last: Run | undefined }

/** Counts character comparisons, so that a test can show the bound: pattern length times text length. */
export interface StepMeter {
  steps: number
}

const anyCode = -1
export const anything: Pattern = { kind: 'any' }

/** Splits a text at its wildcards. */
export function patternParts(text: string): PatternPart[] {
  const parts: PatternPart[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character !== '*' && character !== '?') continue
    if (at > from) parts.push({ literal: text.slice(from, at) })
    parts.push({ any: character === '*' ? 'many' : 'one' })
    from = at + 1
  }
  if (from < text.length) parts.push({ literal: text.slice(from) })
  return parts
}

/** Makes a pattern of pieces; literal pieces never act as wildcards, whatever characters they have. */
export function compilePattern(parts: readonly PatternPart[]): Pattern {
  const runs: Run[] = []
  let pending: PatternPart[] = []
  for (const part of parts) {
    if ('any' in part && part.any === 'many') {
      runs.push(compileRun(pending))
      pending = []
    } else {
      pending.push(part)
    }
  }
  const last = compileRun(pending)
  const first = runs.shift()
  if (first === undefined) {
    return last.codes === undefined
      ? { kind: 'exact', text: last.text }
      : { kind: 'runs', first: last, middle: [], last: undefined }
  }
  const middle = runs.filter((run) => run.text.length > 0)
  if (middle.length === 0 && last.text === '' && first.codes === undefined) {
    return first.text === '' ? anything : { kind: 'prefix', text: first.text }
  }
  return { kind: 'runs', first, middle, last }
}

/** The pattern that a text with `*` and `?` stands for. */
export function compileWildcards(text: string): Pattern {
  return compilePattern(patternParts(text))
}

function compileRun(parts: readonly PatternPart[]): Run {
  let text = ''
  let wild = false
  for (const part of parts) {
    wild ||= 'any' in part
    text += 'any' in part ? '?' : part.literal
  }
  if (!wild) return { text, codes: undefined }
  const codes = new Int32Array(text.length)
  let at = 0
  for (const part of parts) {
    if ('any' in part) codes[at++] = anyCode
    else for (let index = 0; index < part.literal.length; index++) codes[at++] = part.literal.charCodeAt(index)
  }
  return { text, codes }
}

/**
 * Whether a whole text fits a pattern. Runs between stars are looked for once each, leftmost first, and never again:
 * taking the leftmost place can only leave more text for what follows, so there is no backtracking. The work is at most
 * the length of the pattern times the length of the text.
 */
export function matchesPattern(pattern: Pattern, text: string, meter?: StepMeter): boolean {
  switch (pattern.kind) {
    case 'any':
      return true
    case 'exact':
      return pattern.text === text
    case 'prefix':
      return text.startsWith(pattern.text)
    case 'runs':
      return matchesRuns(pattern, text, meter)
  }
}

function matchesRuns(pattern: Extract<Pattern, { kind: 'runs' }>, text: string, meter: StepMeter | undefined): boolean {
  const { first, middle, last } = pattern
  if (!runAt(first, text, 0, meter)) return false
  if (last === undefined) return text.length === first.text.length
  let from = first.text.length
  const end = text.length - last.text.length
  if (end < from || !runAt(last, text, end, meter)) return false
  for (const run of middle) {
    const found = findRun(run, text, from, end, meter)
    if (found < 0) return false
    from = found + run.text.length
  }
  return true
}

function runAt(run: Run, text: string, at: number, meter: StepMeter | undefined): boolean {
  if (meter) meter.steps += run.text.length
  if (run.codes === undefined) return text.startsWith(run.text, at)
  if (at + run.codes.length > text.length) return false
  for (let index = 0; index < run.codes.length; index++) {
    const code = run.codes[index]
    if (code !== anyCode && code !== text.charCodeAt(at + index)) return false
  }
  return true
}

function findRun(run: Run, text: string, from: number, end: number, meter: StepMeter | undefined): number {
  const last = end - run.text.length
  if (run.codes === undefined) {
    const found = text.indexOf(run.text, from)
    if (meter) meter.steps += (found < 0 ? text.length : found) - from + run.text.length
    return found > last ? -1 : found
  }
  for (let at = from; at <= last; at++) {
    if (runAt(run, text, at, meter)) return at
  }
  return -1
}
