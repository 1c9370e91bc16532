import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOneSequence } from '../../keys/der.ts'
import { openCiphertext, parseCiphertext, readExternal, sealCiphertext, writeExternal } from './ciphertext.ts'
import { newGrantToken, readGrantToken } from './grant.ts'

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
const hexText = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const uuid = fc.uuid()
const keyId = fc.oneof(
  uuid,
  hexText(32).map((id) => `mrk-${id}`),
)
const origin = fc.record({ account: digits(12), keyId, materialId: hexText(64) })
const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

test('a blob names the key that made it, and opens with its material and context alone', () => {
  const key = createSecretKey(randomBytes(32))
  fc.assert(
    fc.property(origin, fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes(50), (from, plaintext, context) => {
      const read = parseCiphertext(sealCiphertext(from, key, plaintext, context))
      expect(read).toMatchObject({ ...from, external: false })
      if (!read) return
      expect(openCiphertext(read, key, context)).toEqual(Buffer.from(plaintext))
      expect(openCiphertext(read, createSecretKey(randomBytes(32)), context)).toBeUndefined()
      expect(openCiphertext(read, key, Buffer.concat([context, Buffer.from([0])]))).toBeUndefined()
    }),
  )
})

test('a blob of a custom key store comes apart as it was put together', async () => {
  const parts = fc.record({
    iv: fc.oneof(fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
    metadata: bytes(20),
    tag: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    ciphertext: fc.uint8Array({ minLength: 1, maxLength: 100 }),
  })
  await fc.assert(
    fc.asyncProperty(origin, parts, async (from, sealed) => {
      const blob = await writeExternal(from, async () => sealed)
      const read = parseCiphertext(blob)
      expect(read).toMatchObject({ ...from, external: true })
      const apart = read && readExternal(read)
      for (const [name, value] of Object.entries(sealed)) {
        expect(Buffer.from(apart?.sealed[name as keyof typeof sealed] as Uint8Array)).toEqual(Buffer.from(value))
      }
    }),
  )
})

test('no bytes make a parser fail otherwise than by saying so', () => {
  const versioned = fc
    .tuple(fc.constantFrom(0, 1, 2, 3), bytes(300))
    .map(([version, rest]) => Buffer.from([version, ...rest]))
  fc.assert(
    fc.property(fc.oneof(bytes(300), versioned), (blob) => {
      const read = parseCiphertext(blob)
      if (!read) return
      expect(read.keyId).toMatch(/^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/)
      const apart = readExternal(read)
      if (apart) expect([12, 16]).toContain(apart.sealed.iv.length)
      else openCiphertext(read, createSecretKey(Buffer.alloc(32)), Buffer.alloc(0))
    }),
    { numRuns: 500 },
  )
})

test('a grant token names its grant, and other texts name none', () => {
  fc.assert(
    fc.property(digits(12), keyId, hexText(64), fc.string({ maxLength: 500 }), (account, id, grant, other) => {
      const token = newGrantToken({ account, keyId: id, id: grant })
      expect(readGrantToken(token)).toEqual({ account, keyId: id, id: grant })
      expect(readGrantToken(other)).toBeUndefined()
      expect(readGrantToken(token.slice(0, -2))).toBeUndefined()
    }),
  )
})

test('a DER sequence is one from its first byte to its last', () => {
  fc.assert(
    fc.property(bytes(400), bytes(3), (body, tail) => {
      const { length } = body
      const head = length < 0x80 ? [0x30, length] : [0x30, 0x82, length >> 8, length & 0xff]
      const sequence = Buffer.from([...head, ...body])
      expect(isOneSequence(sequence)).toBe(true)
      expect(isOneSequence(Buffer.concat([sequence, tail]))).toBe(tail.length === 0)
      isOneSequence(body)
    }),
  )
})
