import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contextBytes } from './context.ts'
import { messageOverhead, openMessage, sealMessage } from './message.ts'

const key = createSecretKey(randomBytes(32))
const bytes = fc.uint8Array({ maxLength: 300 })

test('what was sealed opens under the same key and associated data, and nothing else does', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (plaintext, associated, other) => {
      const message = sealMessage(key, plaintext, associated)
      expect(message).toHaveLength(plaintext.length + messageOverhead)
      expect(openMessage(key, message, associated)).toEqual(Buffer.from(plaintext))
      expect(openMessage(createSecretKey(randomBytes(32)), message, associated)).toBeUndefined()
      if (!Buffer.from(other).equals(Buffer.from(associated))) {
        expect(openMessage(key, message, other)).toBeUndefined()
      }
    }),
  )
})

test('a message altered at any bit, cut or extended does not open', () => {
  const message = sealMessage(key, Buffer.from('plain'), Buffer.from('data'))
  for (let bit = 0; bit < message.length * 8; bit++) {
    const altered = Buffer.from(message)
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(openMessage(key, altered, Buffer.from('data'))).toBeUndefined()
  }
  for (let length = 0; length < message.length; length++) {
    expect(openMessage(key, message.subarray(0, length), Buffer.from('data'))).toBeUndefined()
  }
  expect(openMessage(key, Buffer.concat([message, Buffer.from([0])]), Buffer.from('data'))).toBeUndefined()
})

test('of more messages than derived keys are kept, each opens, the first time and again', () => {
  const associated = Buffer.from('data')
  const other = createSecretKey(randomBytes(32))
  const messages = Array.from({ length: 20_000 }, (_, index) => {
    const under = index % 2 === 0 ? key : other
    return { under, plain: String(index), message: sealMessage(under, Buffer.from(String(index)), associated) }
  })
  for (let pass = 0; pass < 2; pass++) {
    const wrong = messages.filter(
      ({ under, plain, message }) => openMessage(under, message, associated)?.toString() !== plain,
    )
    expect(wrong).toEqual([])
  }
})

test('two messages share neither salt nor nonce, so no key is used twice', () => {
  const seen = new Set<string>()
  for (let count = 0; count < 500; count++) {
    const message = sealMessage(key, Buffer.from('x'), Buffer.alloc(0))
    seen.add(message.toString('hex', 0, 16)).add(message.toString('hex', 16, 28))
  }
  expect(seen.size).toBe(1000)
})

test('the format, which must never change: a message made by hand opens', () => {
  const raw = Buffer.alloc(32, 7)
  const salt = Buffer.alloc(16, 1)
  const nonce = Buffer.alloc(12, 2)
  const input = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('keyturn message key 1\0'), salt])
  const derived = createHmac('sha256', raw)
    .update(Buffer.concat([input, Buffer.from([0, 0, 1, 0])]))
    .digest()
  const cipher = createCipheriv('aes-256-gcm', derived, nonce)
  cipher.setAAD(Buffer.from('context'))
  const body = Buffer.concat([cipher.update('hello'), cipher.final()])
  const message = Buffer.concat([salt, nonce, body, cipher.getAuthTag()])
  expect(openMessage(createSecretKey(raw), message, Buffer.from('context'))?.toString()).toBe('hello')
})

test('contexts have the same bytes only if they have the same entries, in any order', () => {
  const context = fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    {
      maxKeys: 4,
    },
  )
  fc.assert(
    fc.property(context, context, (a, b) => {
      const same = isDeepStrictEqual({ ...a }, { ...b })
      expect(contextBytes(a).equals(contextBytes(b))).toBe(same)
      const reversed = Object.fromEntries(Object.entries(a).toReversed())
      expect(contextBytes(reversed)).toEqual(contextBytes(a))
    }),
  )
  expect(contextBytes({ a: 'bc' })).not.toEqual(contextBytes({ ab: 'c' }))
  expect(contextBytes({ a: '\ud800' })).not.toEqual(contextBytes({ a: '\ufffd' }))
  expect(contextBytes({})).toEqual(contextBytes(undefined))
})
