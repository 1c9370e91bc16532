import { constants, type KeyObject, privateEncrypt, publicDecrypt, randomBytes } from 'node:crypto'
import { eddsa } from '@noble/curves/abstract/edwards.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../base/bytes.ts'
import type { DigestName } from './digests.ts'
import { pkcs1DigestInfo, pssEncode, pssVerify } from './rsa-padding.ts'

/**
 * Signatures over a digest that the caller computed, which Node's own crypto does not offer: it would hash again. RSA uses
 * the native private key operation under padding made here. The others run in JavaScript whose time may depend on the secret,
 * on a thread that answers nothing else; whoever can measure it so closely that this matters is already inside the machine.
 */
export interface PrehashedSignature {
  sign(key: KeyObject, digest: Uint8Array): Uint8Array
  verify(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean
}

export type PrehashedName =
  | `rsa-pkcs1-${'sha256' | 'sha384' | 'sha512'}`
  | `rsa-pss-${'sha256' | 'sha384' | 'sha512'}`
  | 'p-256'
  | 'p-384'
  | 'p-521'
  | 'secp256k1'
  | 'ed25519ph'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'

function rsaPkcs1(digest: DigestName): PrehashedSignature {
  return {
    sign: (key, value) => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, pkcs1DigestInfo(digest, value)),
    verify(key, value, signature) {
      const padded = rawPublic(key, signature, constants.RSA_PKCS1_PADDING)
      return padded !== undefined && equalBytes(padded, pkcs1DigestInfo(digest, value))
    },
  }
}

function rsaPss(digest: DigestName): PrehashedSignature {
  return {
    sign: (key, value) =>
      privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, pssEncode(digest, value, modulusBits(key))),
    verify(key, value, signature) {
      const encoded = rawPublic(key, signature, constants.RSA_NO_PADDING)
      return encoded !== undefined && pssVerify(digest, value, encoded, modulusBits(key))
    },
  }
}

function rawPublic(key: KeyObject, signature: Uint8Array, padding: number): Buffer | undefined {
  if (signature.length * 8 !== modulusBits(key)) return undefined
  try {
    return publicDecrypt({ key, padding }, signature)
  } catch {
    return undefined
  }
}

function modulusBits(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0
}

/** The digest is cut to the order's length by the algorithm itself (FIPS 186-5, 6.4.1). Nonces are derived and hedged (RFC 6979, 3.6). */
function ecdsa(curve: typeof p256): PrehashedSignature {
  const form = { prehash: false, lowS: false, format: 'der' } as const
  return {
    sign: (key, digest) => curve.sign(digest, jwkBytes(key, 'd'), { ...form, extraEntropy: true }),
    verify(key, digest, signature) {
      const point = Buffer.concat([Buffer.from([4]), jwkBytes(key, 'x'), jwkBytes(key, 'y')])
      try {
        return curve.verify(signature, digest, point, form)
      } catch {
        return false
      }
    },
  }
}

const domain = Buffer.from('SigEd25519 no Ed25519 collisions')

/** Ed25519ph (RFC 8032, 5.1) whose message is the SHA-512 digest already; without a context. */
const ed25519Prehashed = eddsa(ed25519.Point, sha512, {
  adjustScalarBytes(bytes: Uint8Array) {
    bytes[0] = (bytes[0] as number) & 248
    bytes[31] = ((bytes[31] as number) & 127) | 64
    return bytes as never
  },
  domain: (data: Uint8Array) => Buffer.concat([domain, Buffer.from([1, 0]), data]) as never,
})

const ed25519ph: PrehashedSignature = {
  sign: (key, digest) => ed25519Prehashed.sign(digest, jwkBytes(key, 'd')),
  verify(key, digest, signature) {
    try {
      // Strict (RFC 8032): no points of small order, no other encodings, as OpenSSL verifies.
      return ed25519Prehashed.verify(signature, digest, jwkBytes(key, 'x'), { zip215: false })
    } catch {
      return false
    }
  },
}

/** ML-DSA over the message representative µ of 64 bytes (FIPS 204, algorithm 7, step 6), hedged. */
function mlDsaExternalMu(variant: typeof ml_dsa44): PrehashedSignature {
  return {
    sign(key, mu) {
      const { secretKey } = variant.keygen(jwkBytes(key, 'priv'))
      try {
        return variant.internal.sign(mu, secretKey, { externalMu: true, extraEntropy: randomBytes(32) })
      } finally {
        secretKey.fill(0)
      }
    },
    verify(key, mu, signature) {
      try {
        return variant.internal.verify(signature, mu, jwkBytes(key, 'pub'), { externalMu: true })
      } catch {
        return false
      }
    },
  }
}

function jwkBytes(key: KeyObject, member: string): Buffer {
  const jwk = key.export({ format: 'jwk' }) as Record<string, string | undefined>
  return Buffer.from(jwk[member] ?? '', 'base64url')
}

export const prehashed: Readonly<Record<PrehashedName, PrehashedSignature>> = {
  'rsa-pkcs1-sha256': rsaPkcs1('sha256'),
  'rsa-pkcs1-sha384': rsaPkcs1('sha384'),
  'rsa-pkcs1-sha512': rsaPkcs1('sha512'),
  'rsa-pss-sha256': rsaPss('sha256'),
  'rsa-pss-sha384': rsaPss('sha384'),
  'rsa-pss-sha512': rsaPss('sha512'),
  'p-256': ecdsa(p256),
  'p-384': ecdsa(p384),
  'p-521': ecdsa(p521),
  secp256k1: ecdsa(secp256k1),
  ed25519ph,
  'ml-dsa-44': mlDsaExternalMu(ml_dsa44),
  'ml-dsa-65': mlDsaExternalMu(ml_dsa65),
  'ml-dsa-87': mlDsaExternalMu(ml_dsa87),
}
