import { type ContextLookup, fillTemplate, type Template, type TemplatePart, templateOf } from './template.ts'
import { anything, matchesPattern, type Pattern } from './wildcard.ts'

/**
 * A pattern for ARNs. AWS compares the six fields one by one, so that a star in the region cannot reach into the
 * account; in the last field it may cover colons and slashes. `whole` stands for all fields at once where that is the same.
 */
export type ArnPattern =
  | { readonly whole: Pattern }
  | { readonly fields: readonly Template[] }
  /** What does not begin like an ARN fits no ARN. */
  | { readonly never: true }

const fieldCount = 6

/** Builds the pattern from the pieces of a text. Missing fields are taken as `*`, as AWS completes them. */
export function compileArnPattern(parts: readonly TemplatePart[]): ArnPattern {
  if (parts.length === 1 && isStar(parts[0])) return { whole: anything }
  const fields = splitFields(parts)
  const head = fields[0]
  if (head === undefined || fields.length < 2 || head.length !== 1 || !isLiteral(head[0], 'arn')) return { never: true }
  while (fields.length < fieldCount) fields.push([{ any: 'many' }])
  const templates = fields.map(templateOf)
  const leading = templates.slice(0, fieldCount - 1)
  if (leading.every((field) => 'fixed' in field && field.fixed.kind === 'exact')) {
    const whole = templateOf(parts)
    if ('fixed' in whole && splitFields(parts).length === fieldCount) return { whole: whole.fixed }
  }
  return { fields: templates }
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
 * Whether an ARN fits. `fields` are the ARN's own (`arnFields`), asked for only by patterns that need them.
 * Nothing is said (`undefined`) where the pattern needs a value that the request does not have.
 */
export function matchesArn(
  pattern: ArnPattern,
  text: string,
  fields: (text: string) => readonly string[] | undefined,
  context: ContextLookup,
): boolean | undefined {
  if ('whole' in pattern) return matchesPattern(pattern.whole, text)
  if ('never' in pattern) return false
  const actual = fields(text)
  if (actual === undefined) return false
  for (let index = 1; index < fieldCount; index++) {
    const filled = fillTemplate(pattern.fields[index] as Template, context)
    if (filled === undefined) return undefined
    if (!matchesPattern(filled, actual[index] as string)) return false
  }
  return true
}
