import type { DigestName } from '../../keys/digests.ts'
import type { RsaEncryptionName } from '../../keys/rsa-encryption.ts'
import type { SignatureName } from '../../keys/signatures.ts'
import type { MacAlgorithmSpec, SigningAlgorithmSpec } from '../models/kms.ts'

/** The signature algorithms by KMS's names. SM2DSA exists in the regions of China only. */
export const signingAlgorithms: Readonly<Record<Exclude<SigningAlgorithmSpec, 'SM2DSA'>, SignatureName>> = {
  RSASSA_PKCS1_V1_5_SHA_256: 'rsa-pkcs1-sha256',
  RSASSA_PKCS1_V1_5_SHA_384: 'rsa-pkcs1-sha384',
  RSASSA_PKCS1_V1_5_SHA_512: 'rsa-pkcs1-sha512',
  RSASSA_PSS_SHA_256: 'rsa-pss-sha256',
  RSASSA_PSS_SHA_384: 'rsa-pss-sha384',
  RSASSA_PSS_SHA_512: 'rsa-pss-sha512',
  ECDSA_SHA_256: 'ecdsa-sha256',
  ECDSA_SHA_384: 'ecdsa-sha384',
  ECDSA_SHA_512: 'ecdsa-sha512',
  ED25519_SHA_512: 'ed25519',
  ED25519_PH_SHA_512: 'ed25519ph',
  ML_DSA_SHAKE_256: 'ml-dsa',
}

export const macAlgorithms: Readonly<Record<MacAlgorithmSpec, DigestName>> = {
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
}

export const rsaAlgorithms = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
} as const satisfies Readonly<Record<string, RsaEncryptionName>>
