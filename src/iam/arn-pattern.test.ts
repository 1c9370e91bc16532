import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileArnPattern, matchesArn } from './arn-pattern.ts'
import { templateParts } from './template.ts'
import { compileWildcards, matchesPattern } from './wildcard.ts'

const pattern = (text: string) => compileArnPattern(templateParts(text, { variables: true, wildcards: true }) ?? [])
const nothing = () => undefined

test.each([
  ['*', 'whole'],
  ['arn:aws:kms:us-east-1:111122223333:key/1', 'exact'],
  ['arn:aws:kms:us-east-1:111122223333:key/*', 'prefix'],
  ['arn:aws:kms:us-east-1:111122223333:*', 'prefix'],
  ['arn:aws:kms:us-east-1:111122223333:*/1', 'whole'],
  ['arn:aws:kms:*:111122223333:key/1', 'fields'],
  ['arn:aws:kms', 'fields'],
  ['arn:aws:kms:us-east-1:111122223333:${a:b}', 'templates'],
  ['arn', 'never'],
  ['*:aws:kms:us-east-1:111122223333:key/1', 'never'],
  ['${a:b}', 'never'],
  ['', 'never'],
])('%s is compared as %s', (text, form) => {
  expect(pattern(text).form).toBe(form)
})

/** Each field by itself, as AWS describes it; the fields are cut by a plain split. */
function reference(text: string, arn: string): boolean {
  const cut = (value: string) => {
    const fields = value.split(':')
    return [...fields.slice(0, 5), fields.slice(5).join(':')]
  }
  if (text === '*') return true
  const wanted = text.split(':').length < 6 ? [...text.split(':'), '*', '*', '*', '*', '*'].slice(0, 6) : cut(text)
  const actual = cut(arn)
  return wanted.every((field, index) => matchesPattern(compileWildcards(field), actual[index] ?? ''))
}

test('matches field by field, whichever short cut is taken', () => {
  const field = fc.constantFrom('', 'a', 'b', 'ab', '*', 'a*', '*b', '?')
  const fields = fc.array(field, { minLength: 1, maxLength: 7 })
  const actual = fc.array(fc.constantFrom('', 'a', 'b', 'ab', 'abb'), { minLength: 5, maxLength: 6 })
  fc.assert(
    fc.property(fields, actual, (wanted, values) => {
      const text = `arn:${wanted.join(':')}`
      const arn = `arn:${values.join(':')}`
      expect(matchesArn(pattern(text), arn, nothing)).toBe(reference(text, arn))
    }),
    { numRuns: 20_000 },
  )
})

test('says nothing where a value is missing', () => {
  const wanted = pattern('arn:aws:kms:${a:b}:111122223333:key/1')
  expect(matchesArn(wanted, 'arn:aws:kms:us-east-1:111122223333:key/1', nothing)).toBeUndefined()
  expect(matchesArn(wanted, 'arn:aws:sqs:us-east-1:111122223333', nothing)).toBe(false)
  expect(matchesArn(wanted, 'arn:aws:sqs:us-east-1:111122223333:key/1', () => 'us-east-1')).toBe(false)
  expect(matchesArn(wanted, 'arn:aws:kms:us-east-1:111122223333:key/1', () => 'us-east-1')).toBe(true)
})

test('a value with a colon stays in its field', () => {
  const wanted = pattern('arn:aws:kms:${a:b}:key/1')
  expect(matchesArn(wanted, 'arn:aws:kms:us-east-1:111122223333:key/1', () => 'us-east-1:111122223333')).toBe(false)
})
