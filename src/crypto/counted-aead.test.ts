import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newAes256Key } from './aead.ts'
import { openCounted, sealCounted } from './counted-aead.ts'

test('opens what it sealed under that count, and nothing else', () => {
  const key = newAes256Key()
  const bytes = () => fc.uint8Array({ maxLength: 100 })
  fc.assert(
    fc.property(bytes(), bytes(), fc.integer({ min: 0, max: 0xffff_ffff }), (plaintext, associated, count) => {
      const sealed = sealCounted(key, count, plaintext, associated)
      expect(openCounted(key, count, sealed, associated)).toEqual(Buffer.from(plaintext))
      expect(openCounted(key, (count ^ 1) >>> 0, sealed, associated)).toBeUndefined()
      expect(openCounted(key, count, sealed, Buffer.concat([associated, Buffer.of(0)]))).toBeUndefined()
      expect(openCounted(newAes256Key(), count, sealed, associated)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test('count 0 is the zero nonce of a published vector (GCM specification, test case 14)', () => {
  const key = createSecretKey(Buffer.alloc(32))
  const { ciphertext, tag } = sealCounted(key, 0, Buffer.alloc(16), Buffer.alloc(0))
  expect(ciphertext.toString('hex')).toBe('cea7403d4d606b6e074ec5d3baf39d18')
  expect(tag.toString('hex')).toBe('d0d1c8a799996bf0265b98b5d48ab919')
})
