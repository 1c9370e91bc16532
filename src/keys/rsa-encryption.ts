import { constants, type KeyObject, publicEncrypt, subtle, type webcrypto } from 'node:crypto'
import { derivation } from '../store/table.ts'
import { digestLengths } from './digests.ts'

export type RsaEncryptionName = 'rsa-oaep-sha1' | 'rsa-oaep-sha256'

/** RSAES-OAEP (RFC 8017, 7.1) with an empty label and MGF1 over the same digest. */
export interface RsaEncryption {
  /** The longest plaintext under a modulus of this many bits. */
  longest(modulusBits: number): number
  encrypt(publicKey: KeyObject, plaintext: Uint8Array): Buffer
  /** Off the event loop. Nothing where the ciphertext is not one of this key and algorithm; how it is wrong is not told. */
  decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Promise<Buffer | undefined>
}

function oaep(digest: 'sha1' | 'sha256', name: 'SHA-1' | 'SHA-256'): RsaEncryption {
  const usable = derivation(
    (key: KeyObject): webcrypto.CryptoKey => key.toCryptoKey({ name: 'RSA-OAEP', hash: name }, false, ['decrypt']),
  )
  return {
    longest: (modulusBits) => modulusBits / 8 - 2 * digestLengths[digest] - 2,
    encrypt: (key, plaintext) =>
      publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest }, plaintext),
    async decrypt(key, ciphertext) {
      try {
        return Buffer.from(await subtle.decrypt({ name: 'RSA-OAEP' }, usable(key), Uint8Array.from(ciphertext)))
      } catch {
        return undefined
      }
    },
  }
}

export const rsaEncryption: Readonly<Record<RsaEncryptionName, RsaEncryption>> = {
  'rsa-oaep-sha1': oaep('sha1', 'SHA-1'),
  'rsa-oaep-sha256': oaep('sha256', 'SHA-256'),
}
