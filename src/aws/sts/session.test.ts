import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newAes256Key } from '../../crypto/aead.ts'
import type { KeyObjects } from './sealing-keys.ts'
import { openSession, type RoleSession, sealSession } from './session.ts'

function keysOf(...numbers: readonly [number, ...number[]]): KeyObjects {
  const byNumber = new Map(numbers.map((number) => [number, newAes256Key()]))
  const number = numbers[0]
  const key = byNumber.get(number)
  if (!key) throw new Error('there is a key')
  return { newest: { number, key }, byNumber }
}

const text = fc.string({ maxLength: 64 })
const sessions: fc.Arbitrary<RoleSession> = fc
  .record({
    accessKeyId: text,
    secret: text,
    account: text,
    issuedAt: fc.nat(),
    expiresAt: fc.nat(),
    mfa: fc.boolean(),
    policy: fc.string({ maxLength: 1500, size: 'max' }),
    tags: fc.array(fc.tuple(text, text), { maxLength: 5 }),
    transitive: fc.array(text, { maxLength: 5 }),
    role: text,
    roleId: text,
    name: text,
  })
  .map((session) => ({ ...session, kind: 'role' }))

test('a sealed session opens to what it was', () => {
  const keys = keysOf(2, 1)
  fc.assert(
    fc.property(sessions, (session) => {
      expect(openSession(sealSession(session, keys), keys)).toEqual(session)
    }),
    { seed: 7, numRuns: 100 },
  )
})

test('a session opens under the key it was sealed with for as long as that is there', () => {
  const old = keysOf(1)
  const [session] = fc.sample(sessions, { seed: 1, numRuns: 1 }) as [RoleSession]
  const token = sealSession(session, old)
  const renewed = keysOf(2)
  const both = { newest: renewed.newest, byNumber: new Map([...renewed.byNumber, ...old.byNumber]) }
  expect(openSession(token, both)).toEqual(session)
  expect(openSession(token, renewed)).toBeUndefined()
  expect(openSession(token, keysOf(1))).toBeUndefined()
})

test('no other text opens, and none makes the reader fail', () => {
  const keys = keysOf(1)
  const [session] = fc.sample(sessions, { seed: 1, numRuns: 1 }) as [RoleSession]
  const token = sealSession(session, keys)
  const altered = fc.tuple(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
  fc.assert(
    fc.property(altered, ([at, insert]) => {
      const other = token.slice(0, at) + insert + token.slice(at + insert.length)
      expect(openSession(other, keys)).toEqual(other === token ? session : undefined)
    }),
    { seed: 7, numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.base64String({ maxLength: 200 })), (other) => {
      expect(openSession(other, keys)).toBeUndefined()
    }),
    { seed: 7, numRuns: 300 },
  )
  expect(openSession('A'.repeat(100_000), keys)).toBeUndefined()
})
