import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestHash, newSigningKey, openDigest, publicHalf, signDigest, signingKey } from './digest.ts'

const key = signingKey(newSigningKey())
const claim = { segment: '00000001.jsonl', size: 900, seq: 7, hash: 'h', time: 1_700_000_000_000, previous: '' }

test('a digest opens with the public key, and says what was signed', () => {
  const line = signDigest(claim, key).trimEnd()
  expect(openDigest(line, signingKey(newSigningKey()))).toBeUndefined()
  expect(openDigest(line, key)).toEqual(claim)
})

test('a digest altered in any character does not open', () => {
  const line = signDigest(claim, key).trimEnd()
  for (let index = 0; index < line.length; index++) {
    const letter = line[index] === 'A' ? 'B' : 'A'
    const altered = line.slice(0, index) + letter + line.slice(index + 1)
    const opened = openDigest(altered, key)
    // The last letter of a signature carries four bits that say nothing.
    expect(opened === undefined || JSON.stringify(opened) === JSON.stringify(claim)).toBe(true)
    expect(digestHash(altered)).not.toBe(digestHash(line))
  }
})

test('text that is no digest is told without an exception', () => {
  fc.assert(fc.property(fc.string(), (text) => openDigest(text, key) === undefined))
})

test('the public half is the same from either half', () => {
  const { pem, fingerprint } = publicHalf(key)
  expect(fingerprint).toMatch(/^SHA256:[\w-]{43}$/)
  expect(pem).toContain('BEGIN PUBLIC KEY')
  expect(pem).not.toContain('PRIVATE')
})
