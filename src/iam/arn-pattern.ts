import { type ContextLookup, fillTemplate, type Template, type TemplatePart, templateOf } from './template.ts'
import { anything, matchesPattern, type Pattern } from './wildcard.ts'

/**
 * A pattern for ARNs. AWS compares the six fields one by one, so that a star in the region cannot reach into the
 * account; in the last field it may cover colons and slashes. Where the fields before it are plain, the whole text can be
 * compared at once. One shape for all forms keeps the loop over many patterns fast.
 */
export interface ArnPattern {
  /** `never` is for what does not begin like an ARN: it fits none. */
  readonly form: 'exact' | 'prefix' | 'whole' | 'fields' | 'never'
  /** What an exact pattern is and a prefix begins with. */
  readonly text: string
  /** The last character of `text`: patterns of one account differ at their ends, so it is compared first. */
  readonly lastCode: number
  readonly whole: Pattern
  readonly fields: readonly Template[]
}

const fieldCount = 6

/** Builds the pattern from the pieces of a text. Missing fields are taken as `*`, as AWS completes them. */
export function compileArnPattern(parts: readonly TemplatePart[]): ArnPattern {
  if (parts.length === 1 && isStar(parts[0])) return wholePattern(anything)
  const fields = splitFields(parts)
  const complete = fields.length === fieldCount
  const head = fields[0]
  if (head === undefined || fields.length < 2 || head.length !== 1 || !isLiteral(head[0], 'arn')) {
    return { form: 'never', text: '', lastCode: 0, whole: anything, fields: [] }
  }
  while (fields.length < fieldCount) fields.push([{ any: 'many' }])
  const templates = fields.map(templateOf)
  const whole = templateOf(parts)
  const plain = templates.slice(0, fieldCount - 1).every((field) => 'fixed' in field && field.fixed.kind === 'exact')
  if (plain && complete && 'fixed' in whole) return wholePattern(whole.fixed)
  return { form: 'fields', text: '', lastCode: 0, whole: anything, fields: templates }
}

function wholePattern(whole: Pattern): ArnPattern {
  const form = whole.kind === 'exact' || whole.kind === 'prefix' ? whole.kind : 'whole'
  const text = whole.kind === 'exact' || whole.kind === 'prefix' ? whole.text : ''
  return { form, text, lastCode: text === '' ? 0 : text.charCodeAt(text.length - 1), whole, fields: [] }
}

function isStar(part: TemplatePart | undefined): boolean {
  return part !== undefined && 'any' in part && part.any === 'many'
}

function isLiteral(part: TemplatePart | undefined, text: string): boolean {
  return part !== undefined && 'literal' in part && part.literal === text
}

/** Cuts the pieces at the first five colons that the policy itself has; a colon inside a variable's name is not one. */
function splitFields(parts: readonly TemplatePart[]): TemplatePart[][] {
  const fields: TemplatePart[][] = [[]]
  for (const part of parts) {
    if (!('literal' in part)) {
      fields.at(-1)?.push(part)
      continue
    }
    let rest = part.literal
    while (fields.length < fieldCount) {
      const colon = rest.indexOf(':')
      if (colon < 0) break
      if (colon > 0) fields.at(-1)?.push({ literal: rest.slice(0, colon) })
      fields.push([])
      rest = rest.slice(colon + 1)
    }
    if (rest !== '') fields.at(-1)?.push({ literal: rest })
  }
  return fields
}

/**
 * Whether an ARN fits. Nothing is said (`undefined`) where the pattern needs a value that the request does not have.
 */
export function matchesArn(pattern: ArnPattern, text: string, context: ContextLookup): boolean | undefined {
  switch (pattern.form) {
    case 'exact':
      return pattern.text === text
    case 'prefix':
      return text.charCodeAt(pattern.text.length - 1) === pattern.lastCode && text.startsWith(pattern.text)
    case 'whole':
      return matchesPattern(pattern.whole, text)
    case 'never':
      return false
    case 'fields':
      return matchesFields(pattern.fields, text, context)
  }
}

/** Compares field by field where the fields stand in the text, without taking it apart. */
function matchesFields(patterns: readonly Template[], text: string, context: ContextLookup): boolean | undefined {
  if (!text.startsWith('arn:')) return false
  let from = 'arn:'.length
  for (let index = 1; index < fieldCount; index++) {
    const last = index === fieldCount - 1
    const end = last ? text.length : text.indexOf(':', from)
    if (end < 0) return false
    const filled = fillTemplate(patterns[index] as Template, context)
    if (filled === undefined) return undefined
    if (!matchesSlice(filled, text, from, end)) return false
    from = end + 1
  }
  return true
}

function matchesSlice(pattern: Pattern, text: string, from: number, end: number): boolean {
  switch (pattern.kind) {
    case 'any':
      return true
    case 'exact':
      return pattern.text.length === end - from && text.startsWith(pattern.text, from)
    case 'prefix':
      return pattern.text.length <= end - from && text.startsWith(pattern.text, from)
    case 'runs':
      return matchesPattern(pattern, text.slice(from, end))
  }
}
