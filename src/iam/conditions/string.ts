import { fillTemplate, templateOf, templateParts } from '../template.ts'
import { matchesPattern } from '../wildcard.ts'
import type { CompileValue } from './operator.ts'

/** `StringEquals`: the same characters. `*` and `?` mean themselves. */
export const stringEquals: CompileValue = (value, { variables }) => {
  const parts = templateParts(value, { variables, wildcards: false })
  if (parts === undefined) return { refused: 'variable' }
  const template = templateOf(parts)
  if ('fixed' in template && template.fixed.kind === 'exact') {
    const { text } = template.fixed
    return { test: (actual) => actual === text }
  }
  return {
    test: (actual, context) => {
      const pattern = fillTemplate(template, context)
      return pattern !== undefined && matchesPattern(pattern, actual)
    },
  }
}

/** `StringEqualsIgnoreCase`: the same characters when both are put in lower case. */
export const stringEqualsIgnoreCase: CompileValue = (value, { variables }) => {
  const parts = templateParts(value, { variables, wildcards: false })
  if (parts === undefined) return { refused: 'variable' }
  const template = templateOf(parts)
  return {
    test: (actual, context) => {
      const pattern = fillTemplate(template, context)
      return pattern?.kind === 'exact' && pattern.text.toLowerCase() === actual.toLowerCase()
    },
  }
}

/** `StringLike`: with `*` and `?`, and otherwise case-sensitive. */
export const stringLike: CompileValue = (value, { variables }) => {
  const parts = templateParts(value, { variables, wildcards: true })
  if (parts === undefined) return { refused: 'variable' }
  const template = templateOf(parts)
  return {
    test: (actual, context) => {
      const pattern = fillTemplate(template, context)
      return pattern !== undefined && matchesPattern(pattern, actual)
    },
  }
}
