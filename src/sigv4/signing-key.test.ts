import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { HmacKey } from '../crypto/hmac.ts'
import { deriveSigningKey, SigningSecret } from './signing-key.ts'

const secret = new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
const scope = { date: '20120215', region: 'us-east-1', service: 'iam' }

test("the key of AWS's documented example", () => {
  const key = new HmacKey(Buffer.from('f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d', 'hex'))
  expect(deriveSigningKey(secret, scope).hex('any text')).toBe(key.hex('any text'))
})

test('a key is kept once it proved right, and not before', () => {
  const holder = new SigningSecret('AKID', secret)
  const lent = (proves: boolean, of = scope) => {
    let key: unknown
    expect(holder.proves(of, (it) => ((key = it), proves))).toBe(proves)
    return key
  }
  const first = lent(false)
  const second = lent(true)
  expect(second).not.toBe(first)
  expect(lent(false)).toBe(second)
  expect(lent(true)).toBe(second)
  for (const other of [{ date: '20120216' }, { region: 'eu-west-1' }, { service: 'sts' }]) {
    expect(lent(false, { ...scope, ...other })).not.toBe(second)
  }
})

test('the least recently used key goes, and wrong guesses push out nothing', () => {
  const holder = new SigningSecret('AKID', secret)
  const lent = (region: string, proves: boolean) => {
    let key: unknown
    holder.proves({ ...scope, region }, (it) => ((key = it), proves))
    return key
  }
  const first = lent('first', true)
  const second = lent('second', true)
  for (let i = 0; i < 100; i++) lent(`guess-${i}`, false)
  expect(lent('first', true)).toBe(first)
  for (let i = 0; i < 63; i++) lent(`region-${i}`, true)
  expect(lent('first', true)).toBe(first)
  expect(lent('second', false)).not.toBe(second)
})
