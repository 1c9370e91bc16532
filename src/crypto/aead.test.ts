import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newAes256Key, openBytes, overhead, sealBytes } from './aead.ts'

const bytes = () => fc.uint8Array({ maxLength: 300 })

test('opens what it sealed', () => {
  const key = newAes256Key()
  fc.assert(
    fc.property(bytes(), bytes(), (plaintext, associated) => {
      const sealed = sealBytes(key, plaintext, associated)
      expect(sealed.length).toBe(plaintext.length + overhead)
      expect(openBytes(key, sealed, associated)).toEqual(Buffer.from(plaintext))
    }),
  )
})

test('refuses a change in any byte, other associated data, another key and every truncation', () => {
  const key = newAes256Key()
  const associated = Buffer.from('name')
  const sealed = sealBytes(key, Buffer.from('attack at dawn'), associated)
  for (let index = 0; index < sealed.length; index++) {
    const altered = Buffer.from(sealed)
    altered[index] = (altered[index] as number) ^ 1
    expect(openBytes(key, altered, associated)).toBeUndefined()
    expect(openBytes(key, sealed.subarray(0, index), associated)).toBeUndefined()
  }
  expect(openBytes(key, sealed, Buffer.from('other'))).toBeUndefined()
  expect(openBytes(newAes256Key(), sealed, associated)).toBeUndefined()
})

test('opens a published vector (GCM specification, test case 16)', () => {
  const key = createSecretKey(Buffer.from('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', 'hex'))
  const sealed = Buffer.from(
    'cafebabefacedbaddecaf888' +
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
    'hex',
  )
  const associated = Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex')
  expect(openBytes(key, sealed, associated)?.toString('hex')).toBe(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  )
})

test('never uses a nonce twice', () => {
  const key = newAes256Key()
  const seen = new Set<string>()
  for (let count = 0; count < 5000; count++) {
    seen.add(sealBytes(key, new Uint8Array(), new Uint8Array()).toString('hex', 0, 12))
  }
  expect(seen.size).toBe(5000)
})
