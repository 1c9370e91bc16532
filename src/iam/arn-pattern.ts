import { type ContextLookup, fillTemplate, type Template, type TemplatePart, templateOf } from './template.ts'
import { anything, matchesPattern, type Pattern } from './wildcard.ts'

/**
 * A pattern for ARNs. AWS compares the six fields one by one, so that a star in the region cannot reach into the
 * account; in the last field it may cover colons and slashes. Where the fields before it are plain, the whole text can be
 * compared at once. One shape for all forms keeps the loop over many patterns fast.
 */
export interface ArnPattern {
  /** `never` is for what does not begin like an ARN: it fits none. */
  readonly form: 'exact' | 'prefix' | 'whole' | 'fields' | 'templates' | 'never'
  /** What an exact pattern is, or a prefix begins with; in `fields`, the same of the last field. */
  readonly text: string
  /** The last character of `text`, if any: patterns of one account differ at their ends, so it is compared first. */
  readonly lastCode: number
  readonly whole: Pattern
  /** The six fields where they are the same for every request. */
  readonly fields: readonly Pattern[]
  /** The six fields where some are to be filled in. */
  readonly templates: readonly Template[]
}

const fieldCount = 6
const blank: ArnPattern = { form: 'never', text: '', lastCode: 0, whole: anything, fields: [], templates: [] }

/** Builds the pattern from the pieces of a text. Missing fields are taken as `*`, as AWS completes them. */
export function compileArnPattern(parts: readonly TemplatePart[]): ArnPattern {
  if (parts.length === 1 && isStar(parts[0])) return wholePattern(anything)
  const fields = splitFields(parts)
  const complete = fields.length === fieldCount
  const head = fields[0]
  if (head === undefined || fields.length < 2 || head.length !== 1 || !isLiteral(head[0], 'arn')) {
    return { ...blank, form: 'never' }
  }
  while (fields.length < fieldCount) fields.push([{ any: 'many' }])
  const templates = fields.map(templateOf)
  const whole = templateOf(parts)
  const plain = templates.slice(0, fieldCount - 1).every((field) => 'fixed' in field && field.fixed.kind === 'exact')
  if (plain && complete && 'fixed' in whole) return wholePattern(whole.fixed)
  const fixed = templates.flatMap((field) => ('fixed' in field ? [field.fixed] : []))
  if (fixed.length === fieldCount) {
    return { ...blank, form: 'fields', fields: fixed, ...beginning(fixed.at(-1) ?? anything) }
  }
  return { ...blank, form: 'templates', templates }
}

function wholePattern(whole: Pattern): ArnPattern {
  const form = whole.kind === 'exact' || whole.kind === 'prefix' ? whole.kind : 'whole'
  return { ...blank, form, whole, ...beginning(whole) }
}

function beginning(pattern: Pattern): { readonly text: string; readonly lastCode: number } {
  const text = pattern.kind === 'exact' || pattern.kind === 'prefix' ? pattern.text : ''
  return { text, lastCode: text === '' ? 0 : text.charCodeAt(text.length - 1) }
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
      return cut(text) && mayEnd(pattern, text) && matchesFields(pattern.fields, text)
    case 'templates':
      return matchesTemplates(pattern.templates, text, context)
  }
}

/** One past each of the first five colons of `cutText`: a request's ARN is cut once, however many patterns it is compared with. */
const cuts = new Int32Array(fieldCount)
let cutText = ''
let cutWhole = false

/** Whether a text has the six fields of an ARN; `cuts` then says where they begin. */
function cut(text: string): boolean {
  if (text === cutText) return cutWhole
  cutText = text
  cutWhole = text.startsWith('arn:')
  let from = 'arn:'.length
  cuts[1] = from
  for (let index = 2; index < fieldCount && cutWhole; index++) {
    from = text.indexOf(':', from) + 1
    cuts[index] = from
    cutWhole = from > 0
  }
  return cutWhole
}

/** Compares a text that was cut. The last field comes first, because the patterns of one account differ there. */
function matchesFields(patterns: readonly Pattern[], text: string): boolean {
  for (let index = fieldCount - 1; index > 0; index--) {
    const pattern = patterns[index] as Pattern
    if (pattern.kind !== 'any' && !matchesSlice(pattern, text, cuts[index] as number, fieldEnd(text, index)))
      return false
  }
  return true
}

function fieldEnd(text: string, index: number): number {
  return index === fieldCount - 1 ? text.length : (cuts[index + 1] as number) - 1
}

function matchesTemplates(patterns: readonly Template[], text: string, context: ContextLookup): boolean | undefined {
  const filled: Pattern[] = [anything]
  for (const template of patterns.slice(1)) {
    const pattern = fillTemplate(template, context)
    if (pattern === undefined) return cut(text) ? undefined : false
    filled.push(pattern)
  }
  return cut(text) && matchesFields(filled, text)
}

function mayEnd({ text, lastCode }: ArnPattern, actual: string): boolean {
  return text === '' || actual.charCodeAt((cuts[fieldCount - 1] as number) + text.length - 1) === lastCode
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
