import { createDecipheriv, type KeyObject, randomBytes, createCipheriv } from 'node:crypto'
import { type RsaEncryptionName, rsaEncryption } from './rsa-encryption.ts'

/** How keys travel to where they are imported: under RSA itself, or under an AES key that travels under RSA. */
export type WrappingName = 'rsa-oaep-sha1' | 'rsa-oaep-sha256' | 'rsa-aes-sha1' | 'rsa-aes-sha256'

/** The initial value of AES key wrap with padding (RFC 5649, 3). */
const initialValue = Buffer.from('a65959a6', 'hex')

/** The key that was wrapped for the owner of an RSA key, or nothing; what is wrong with it is not told. */
export async function unwrapKey(
  name: WrappingName,
  privateKey: KeyObject,
  wrapped: Uint8Array,
): Promise<Buffer | undefined> {
  const { oaep, twoSteps } = forms[name]
  if (!twoSteps) return rsaEncryption[oaep].decrypt(privateKey, wrapped)
  const length = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  const aes = await rsaEncryption[oaep].decrypt(privateKey, wrapped.subarray(0, length))
  if (aes?.length !== 32) return undefined
  try {
    return unwrapPadded(aes, wrapped.subarray(length))
  } finally {
    aes.fill(0)
  }
}

/** Wraps a key for the owner of an RSA key. */
export function wrapKey(name: WrappingName, publicKey: KeyObject, key: Uint8Array): Buffer {
  const { oaep, twoSteps } = forms[name]
  if (!twoSteps) return rsaEncryption[oaep].encrypt(publicKey, key)
  const aes = randomBytes(32)
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, initialValue)
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()])
  return Buffer.concat([rsaEncryption[oaep].encrypt(publicKey, aes), wrapped])
}

const forms: Readonly<Record<WrappingName, { readonly oaep: RsaEncryptionName; readonly twoSteps: boolean }>> = {
  'rsa-oaep-sha1': { oaep: 'rsa-oaep-sha1', twoSteps: false },
  'rsa-oaep-sha256': { oaep: 'rsa-oaep-sha256', twoSteps: false },
  'rsa-aes-sha1': { oaep: 'rsa-oaep-sha1', twoSteps: true },
  'rsa-aes-sha256': { oaep: 'rsa-oaep-sha256', twoSteps: true },
}

/** AES-256 key wrap with padding (RFC 5649; NIST SP 800-38F, KWP). */
function unwrapPadded(aes: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  try {
    const decipher = createDecipheriv('id-aes256-wrap-pad', aes, initialValue)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } catch {
    return undefined
  }
}
