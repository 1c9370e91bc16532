import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSecretName, readSecretId, secretArn } from './secret-id.ts'

const here = { account: '111111111111', region: 'us-east-1' }
const arn = (rest: string) => `arn:aws:secretsmanager:us-east-1:222222222222:secret:${rest}`

const names = fc.string({
  unit: fc.constantFrom(...'abcXYZ019/_+=.@!-'.split('')),
  minLength: 1,
  maxLength: 40,
})
const suffixes = fc.string({ unit: fc.constantFrom(...'abcXYZ019'.split('')), minLength: 6, maxLength: 6 })

test('a complete ARN names exactly its secret, whatever the name ends in', () => {
  fc.assert(
    fc.property(names, suffixes, (name, suffix) => {
      const reference = readSecretId(secretArn('222222222222', 'eu-west-1', name, suffix), here)
      expect(reference).toEqual({ account: '222222222222', region: 'eu-west-1', name, suffix })
    }),
  )
})

test('a name is a secret of the caller', () => {
  expect(readSecretId('prod/db', here)).toEqual({ ...here, name: 'prod/db', suffix: undefined })
})

test('an ARN without its suffix names by name, unless the name looks as if it had one', () => {
  expect(readSecretId(arn('prod/db'), here)).toMatchObject({ name: 'prod/db', suffix: undefined })
  expect(readSecretId(arn('db-a1b2'), here)).toMatchObject({ name: 'db-a1b2', suffix: undefined })
  expect(readSecretId(arn('db-a1b2c3-'), here)).toMatchObject({ name: 'db-a1b2c3-', suffix: undefined })
  expect(readSecretId(arn('db-a1b2c3'), here)).toMatchObject({ name: 'db', suffix: 'a1b2c3' })
})

test.each([
  ['a space', 'Inv Name'],
  ['a wildcard', 'name*'],
  ['nothing', ''],
  ['NUL', 'a\u0000'],
  ['another service', 'arn:aws:kms:us-east-1:222222222222:secret:x'],
  ['another resource', 'arn:aws:secretsmanager:us-east-1:222222222222:key:x'],
  ['no account', 'arn:aws:secretsmanager:us-east-1::secret:x'],
  ['another partition', 'arn:aws-cn:secretsmanager:us-east-1:222222222222:secret:x'],
  ['an ARN with a bad name', arn('a b-a1b2c3')],
])('%s is no secret id', (_what, id) => {
  expect(readSecretId(id, here)).toBeUndefined()
})

test('what is read is always a name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map(arn)), (text) => {
      const reference = readSecretId(text, here)
      if (reference) expect(isSecretName(reference.name)).toBe(true)
    }),
  )
})
