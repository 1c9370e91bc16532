import { compilePattern, type Pattern, type PatternPart, patternParts } from './wildcard.ts'

/** What a request says about itself: the value or values of a condition key, given by its name in lower case. */
export type ContextLookup = (lowercasedKey: string) => string | readonly string[] | undefined

interface Variable {
  /** The condition key, in lower case. */
  readonly variable: string
  readonly fallback: string | undefined
}

/** A piece of a text in a policy that may refer to the request (`${aws:username}`). */
export type TemplatePart = PatternPart | Variable

/** A text in a policy: a pattern that is the same for every request, or pieces to fill in for each. */
export type Template = { readonly fixed: Pattern } | { readonly parts: readonly TemplatePart[] }

export interface TemplateRules {
  /** Whether `${…}` means something: only in policies of version 2012-10-17. */
  readonly variables: boolean
  /** Whether `*` and `?` mean something. */
  readonly wildcards: boolean
}

/** One variable: a key, and after a comma an optional default between single quotes. */
const variableText = /^\s*([^\s,'{}$]{1,256})\s*(?:,\s*'([^']*)'\s*)?$/

/**
 * Splits a text into literal pieces, wildcards and variables. `${*}`, `${?}` and `${$}` are those characters themselves.
 * Nothing where a `${` has no end or no key.
 */
export function templateParts(text: string, rules: TemplateRules): TemplatePart[] | undefined {
  const parts: TemplatePart[] = []
  const add = (literal: string) => {
    if (literal === '') return
    if (rules.wildcards) parts.push(...patternParts(literal))
    else parts.push({ literal })
  }
  let from = 0
  while (rules.variables) {
    const open = text.indexOf('${', from)
    if (open < 0) break
    const close = text.indexOf('}', open)
    if (close < 0) return undefined
    add(text.slice(from, open))
    const inside = text.slice(open + 2, close)
    if (inside === '*' || inside === '?' || inside === '$') {
      parts.push({ literal: inside })
    } else {
      const found = variableText.exec(inside)
      if (found === null) return undefined
      parts.push({ variable: (found[1] as string).toLowerCase(), fallback: found[2] })
    }
    from = close + 1
  }
  add(text.slice(from))
  return parts
}

export function templateOf(parts: readonly TemplatePart[]): Template {
  const plain = parts.filter((part): part is PatternPart => !('variable' in part))
  return plain.length === parts.length ? { fixed: compilePattern(plain) } : { parts }
}

/**
 * The pattern that a template is for one request: nothing where it needs a value that the request does not have. What
 * is filled in stays literal, so that a tag or a name with a `*` in it widens nothing. A key with several values cannot
 * be filled in.
 */
export function fillTemplate(template: Template, context: ContextLookup): Pattern | undefined {
  if ('fixed' in template) return template.fixed
  const filled: PatternPart[] = []
  for (const part of template.parts) {
    if (!('variable' in part)) {
      filled.push(part)
      continue
    }
    const value = context(part.variable)
    const literal = typeof value === 'string' ? value : value === undefined ? part.fallback : undefined
    if (literal === undefined) return undefined
    filled.push({ literal })
  }
  return compilePattern(filled)
}
