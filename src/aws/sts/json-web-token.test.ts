import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ParsedToken, parseToken, provesToken, verificationKeys } from './json-web-token.ts'
import { part } from './web-identity.test-support.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })

const cases = [
  ['RS256', rsa, 'sha256'],
  ['RS512', rsa, 'sha512'],
  ['ES256', p256, 'sha256'],
  ['ES384', p384, 'sha384'],
] as const

function keySet(...jwks: readonly object[]) {
  const keys = verificationKeys({ keys: jwks })
  if (!keys) throw new Error('a key set')
  return keys
}

function parsed(token: string): ParsedToken {
  const result = parseToken(token)
  if (!result) throw new Error('a token')
  return result
}

test.each(cases)('%s: its own key proves a token, no other does', (alg, { privateKey, publicKey }, hash) => {
  const text = `${part({ alg, kid: 'one' })}.${part({ sub: 'x' })}`
  const signature = sign(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const token = parsed(`${text}.${signature}`)
  const jwk = publicKey.export({ format: 'jwk' })
  expect(provesToken(token, keySet({ ...jwk, kid: 'one' }))).toBe(true)
  expect(provesToken(token, keySet({ ...jwk, kid: 'two' }, { ...jwk, kid: 'one', use: 'enc' }))).toBe(false)
  expect(provesToken(token, keySet({ ...jwk, kid: 'one', alg: 'RS384' }))).toBe(false)
  const others = cases.filter(([, pair]) => pair.publicKey !== publicKey)
  expect(
    provesToken(
      token,
      keySet(...others.map(([, pair]) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid: 'one' }))),
    ),
  ).toBe(false)
  expect(provesToken({ ...token, signed: Buffer.from(`${text}x`) }, keySet({ ...jwk, kid: 'one' }))).toBe(false)
})

test('weak and foreign keys are left out of a set', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  const oct = { kty: 'oct', k: 'c2VjcmV0' }
  expect(verificationKeys({ keys: [weak, oct, { kty: 'RSA', n: 'x', e: 'y' }, 1, null, 'x'] })).toEqual([])
  expect(verificationKeys({ keys: Array(101).fill({}) })).toBeUndefined()
  for (const set of [undefined, null, 1, [], {}, { keys: {} }]) expect(verificationKeys(set)).toBeUndefined()
})

test('no text makes the reader fail', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc
      .tuple(fc.json(), fc.json(), fc.base64String())
      .map(([a, b, c]) => [a, b, c].map((one) => Buffer.from(one).toString('base64url')).join('.')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const token = parseToken(text)
      expect(token === undefined || token.algorithm.length === 5).toBe(true)
    }),
    { seed: 5, numRuns: 500 },
  )
})
