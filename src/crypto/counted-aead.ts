import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

/** How long the tag is that `sealCounted` makes. */
export const countedTagLength = 16

/** 96 bits, big-endian. */
function nonceOf(count: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(count, 8)
  return nonce
}

export interface CountedSeal {
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/**
 * AES-256-GCM (NIST SP 800-38D) whose nonce is a count below 2^32, as messages made of numbered pieces have it. Safe where a key
 * belongs to one message alone and each count is used once: whoever owns the key must see to both.
 */
export function sealCounted(key: KeyObject, count: number, plaintext: Uint8Array, associated: Uint8Array): CountedSeal {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(count))
  cipher.setAAD(associated)
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  return { ciphertext, tag: cipher.getAuthTag() }
}

/** The plaintext, or nothing where any of it is not what was sealed under this count. */
export function openCounted(
  key: KeyObject,
  count: number,
  { ciphertext, tag }: CountedSeal,
  associated: Uint8Array,
): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(count), { authTagLength: countedTagLength })
  decipher.setAAD(associated)
  decipher.setAuthTag(tag)
  const plaintext = decipher.update(ciphertext)
  try {
    decipher.final()
  } catch {
    plaintext.fill(0)
    return undefined
  }
  return plaintext
}
