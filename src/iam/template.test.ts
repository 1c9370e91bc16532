import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillTemplate, templateOf, templateParts } from './template.ts'
import { matchesPattern } from './wildcard.ts'

const rules = { variables: true, wildcards: true }

function fits(text: string, value: string, context: Readonly<Record<string, string | string[]>> = {}): boolean {
  const parts = templateParts(text, rules)
  if (parts === undefined) throw new Error('not a template')
  const pattern = fillTemplate(templateOf(parts), (name) => context[name])
  return pattern !== undefined && matchesPattern(pattern, value)
}

test.each([
  ['${aws:username}', [{ variable: 'aws:username', fallback: undefined }]],
  ['${aws:PrincipalTag/Team}', [{ variable: 'aws:principaltag/team', fallback: undefined }]],
  ["${aws:PrincipalTag/Team, 'none'}", [{ variable: 'aws:principaltag/team', fallback: 'none' }]],
  ["${ a:b ,'' }", [{ variable: 'a:b', fallback: '' }]],
  ['a*b?', [{ literal: 'a' }, { any: 'many' }, { literal: 'b' }, { any: 'one' }]],
  ['${*}${?}${$}', [{ literal: '*' }, { literal: '?' }, { literal: '$' }]],
  ['$a{b}', [{ literal: '$a{b}' }]],
])('%s is taken apart', (text, parts) => {
  expect(templateParts(text, rules)).toEqual(parts)
})

test.each(['${', '${}', '${a', '${a, b}', "${a, 'b}", '${a b}', '${${a}}', "${a,'b','c'}"])('%s is refused', (text) => {
  expect(templateParts(text, rules)).toBeUndefined()
  expect(templateParts(text, { ...rules, variables: false })).toBeDefined()
})

test('fills in values as they are', () => {
  expect(fits('x-${a:b}-*', 'x-1-2', { 'a:b': '1' })).toBe(true)
  expect(fits('x-${a:b}', 'x-anything', { 'a:b': '*' })).toBe(false)
  expect(fits('x-${a:b}', 'x-*', { 'a:b': '*' })).toBe(true)
  expect(fits('x-${a:b}', 'x-')).toBe(false)
  expect(fits('x-${a:b}', 'x-1', { 'a:b': ['1'] })).toBe(false)
  expect(fits("x-${a:b, '1'}", 'x-1')).toBe(true)
  expect(fits("x-${a:b, '1'}", 'x-1', { 'a:b': ['1'] })).toBe(false)
  expect(fits("x-${a:b, '*'}", 'x-2')).toBe(false)
})

test('any value is like itself and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, other) => {
      expect(fits('<${a:b}>', `<${value}>`, { 'a:b': value })).toBe(true)
      expect(fits('<${a:b}>', `<${other}>`, { 'a:b': value })).toBe(other === value)
    }),
  )
})

test('takes any text apart or refuses it', () => {
  const text = fc.string({ unit: fc.constantFrom('$', '{', '}', ',', "'", ' ', '*', '?', 'a', ':'), maxLength: 30 })
  fc.assert(
    fc.property(text, (value) => {
      const parts = templateParts(value, rules)
      if (parts !== undefined) templateOf(parts)
    }),
    { numRuns: 5000 },
  )
})
