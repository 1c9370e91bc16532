import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { randomNonce } from './random.ts'

const nonceLength = 12
const tagLength = 16

/** How many bytes a sealed message is longer than its plaintext. */
export const overhead = nonceLength + tagLength

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front and the 128-bit tag behind the ciphertext.
 * Safe while one key seals fewer than 2^32 messages, where two nonces meet with a chance below 2^-32: whoever owns a key
 * must change it before that. Keys are KeyObjects: a raw buffer would be imported anew at each call.
 */
export function sealBytes(key: KeyObject, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(plaintext.length + overhead)
  sealInto(sealed, 0, key, plaintext, associated)
  return sealed
}

/** As `sealBytes`, written into `target` at an offset; it takes the plaintext's length plus `overhead`. */
export function sealInto(
  target: Buffer,
  offset: number,
  key: KeyObject,
  plaintext: Uint8Array,
  associated: Uint8Array,
): void {
  randomNonce(nonceLength, target, offset)
  const cipher = createCipheriv('aes-256-gcm', key, target.subarray(offset, offset + nonceLength))
  cipher.setAAD(associated)
  const body = cipher.update(plaintext)
  cipher.final()
  target.set(body, offset + nonceLength)
  target.set(cipher.getAuthTag(), offset + nonceLength + body.length)
}

/** The plaintext, or nothing where the bytes, the key or the associated data are not those that were sealed. */
export function openBytes(key: KeyObject, sealed: Uint8Array, associated: Uint8Array): Buffer | undefined {
  if (sealed.length < overhead) return undefined
  const end = sealed.length - tagLength
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), { authTagLength: tagLength })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(nonceLength, end))
  try {
    decipher.final()
  } catch {
    plaintext.fill(0)
    return undefined
  }
  return plaintext
}

/** A key object over 32 bytes; the bytes may be wiped afterwards. */
export function aes256Key(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes)
}

export function newAes256Key(): KeyObject {
  const bytes = randomBytes(32)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
