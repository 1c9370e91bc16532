import { assert } from '../../base/assert.ts'

const flagsInFront = /^\(\?([is]+)\)/
// What a backslash may stand before under the `u` flag; before any other punctuation it means nothing and is dropped.
const needsBackslash = new Set('^$\\.*+?()[]{}|/-')

/**
 * A published pattern as a regular expression over the whole text. The published ones are Java's: they match entirely,
 * `\s` is ASCII, and a backslash may stand before any punctuation.
 */
export function compilePattern(pattern: string): RegExp {
  const front = flagsInFront.exec(pattern)
  const body = front ? pattern.slice(front[0].length) : pattern
  return new RegExp(`^(?:${translate(body)})$`, `u${front?.[1] ?? ''}`)
}

function translate(pattern: string): string {
  let text = ''
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string
    if (char === '\\') {
      at += 1
      text += escape(pattern[at] ?? '', inClass)
      continue
    }
    if (char === '[' && inClass) {
      text += '\\['
      continue
    }
    assert(!(inClass && char === '&' && pattern[at + 1] === '&'), 'a pattern uses an intersection of classes')
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    text += char
  }
  return text
}

function escape(char: string, inClass: boolean): string {
  if (char === 's') return inClass ? ' \\t\\n\\v\\f\\r' : '[ \\t\\n\\v\\f\\r]'
  if (char === '-') return inClass ? '\\-' : '-'
  return needsBackslash.has(char) || /[A-Za-z0-9]/.test(char) ? `\\${char}` : char
}
