import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FormNode, parseForm } from './form.ts'

function flat(node: FormNode, prefix: readonly string[] = []): [name: string, text: string][] {
  const own = node.text === undefined ? [] : [[prefix.join('.'), node.text] as [string, string]]
  return [...own, ...[...node.parts].flatMap(([step, part]) => flat(part, [...prefix, step]))]
}

test('what URLSearchParams writes is read back', () => {
  const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
  const pairs = fc.uniqueArray(
    fc.tuple(
      names.map((steps) => steps.join('.')),
      fc.string({ unit: 'grapheme' }),
    ),
    {
      selector: ([name]) => name,
      maxLength: 10,
    },
  )
  fc.assert(
    fc.property(pairs, (parameters) => {
      const tree = parseForm(Buffer.from(new URLSearchParams(parameters).toString()))
      const expected = parameters.every(([name]) => name.split('.').length <= 16)
      expect(tree !== undefined).toBe(expected)
      if (tree) expect(new Map(flat(tree))).toEqual(new Map(parameters))
    }),
    { seed: 7 },
  )
})

test('any text is read or refused, and never changes a prototype', () => {
  const pieces = fc.constantFrom(
    '&',
    '=',
    '.',
    '%',
    '%2',
    '%41',
    '+',
    '__proto__',
    'member',
    '1',
    'a',
    '\u0000',
    'é',
    '%ff',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const form = parts.join('')
      const tree = parseForm(form)
      if (tree) expect(flat(tree).length).toBeLessThanOrEqual(form.split('&').length)
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
    { numRuns: 2000, seed: 7 },
  )
})

test.each([
  ['a=%', 'a bad escape'],
  ['a=%4', 'a cut escape'],
  ['a=%ff', 'an escape that is not UTF-8'],
  ['%zz=1', 'a bad escape in a name'],
  ['a=1&a=1', 'a parameter that comes twice'],
  ['a=1&%61=2', 'the same name in other letters'],
  [`${'a.'.repeat(16)}a=1`, 'a name of too many steps'],
  [Array.from({ length: 4097 }, (_, at) => `p${at}=`).join('&'), 'too many parameters'],
])('%j is refused: %s', (form) => {
  expect(parseForm(form)).toBeUndefined()
})

test('bytes that are not UTF-8 are refused', () => {
  expect(parseForm(Buffer.from([0x61, 0x3d, 0xff]))).toBeUndefined()
})

test('separators without anything between them, and names without a value, are harmless', () => {
  expect(flat(parseForm('&&a&b=&c=1+2=3&') as FormNode)).toEqual([
    ['a', ''],
    ['b', ''],
    ['c', '1 2=3'],
  ])
})
