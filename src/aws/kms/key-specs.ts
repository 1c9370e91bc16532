import { type KeyKindName, keyKinds } from '../../keys/kinds.ts'
import type {
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  KeySpec,
  KeyUsageType,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from '../models/kms.ts'

/** What one key spec is: the kind of its material, and what it can do under each usage it may have. */
export interface KeySpecRow {
  readonly kind: KeyKindName
  readonly usages: {
    readonly ENCRYPT_DECRYPT?: readonly EncryptionAlgorithmSpec[]
    readonly SIGN_VERIFY?: readonly SigningAlgorithmSpec[]
    readonly GENERATE_VERIFY_MAC?: readonly MacAlgorithmSpec[]
    readonly KEY_AGREEMENT?: readonly KeyAgreementAlgorithmSpec[]
  }
}

const rsaSigning = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const

const rsaUsages = {
  ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  SIGN_VERIFY: rsaSigning,
} as const

/** KMS developer guide, «Key spec reference». SM2 is missing: it exists in the regions of China only. */
export const keySpecs: Readonly<Partial<Record<KeySpec, KeySpecRow>>> = {
  SYMMETRIC_DEFAULT: { kind: 'aes-256', usages: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] } },
  RSA_2048: { kind: 'rsa-2048', usages: rsaUsages },
  RSA_3072: { kind: 'rsa-3072', usages: rsaUsages },
  RSA_4096: { kind: 'rsa-4096', usages: rsaUsages },
  ECC_NIST_P256: { kind: 'p-256', usages: { SIGN_VERIFY: ['ECDSA_SHA_256'], KEY_AGREEMENT: ['ECDH'] } },
  ECC_NIST_P384: { kind: 'p-384', usages: { SIGN_VERIFY: ['ECDSA_SHA_384'], KEY_AGREEMENT: ['ECDH'] } },
  ECC_NIST_P521: { kind: 'p-521', usages: { SIGN_VERIFY: ['ECDSA_SHA_512'], KEY_AGREEMENT: ['ECDH'] } },
  ECC_SECG_P256K1: { kind: 'secp256k1', usages: { SIGN_VERIFY: ['ECDSA_SHA_256'] } },
  ECC_NIST_EDWARDS25519: { kind: 'ed25519', usages: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] } },
  HMAC_224: { kind: 'hmac-224', usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_224'] } },
  HMAC_256: { kind: 'hmac-256', usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_256'] } },
  HMAC_384: { kind: 'hmac-384', usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_384'] } },
  HMAC_512: { kind: 'hmac-512', usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_512'] } },
  ML_DSA_44: { kind: 'ml-dsa-44', usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] } },
  ML_DSA_65: { kind: 'ml-dsa-65', usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] } },
  ML_DSA_87: { kind: 'ml-dsa-87', usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] } },
}

/** The algorithms of a key, none where the spec does not have the usage. */
export function algorithmsOf(spec: KeySpec, usage: KeyUsageType): readonly string[] {
  return keySpecs[spec]?.usages[usage] ?? []
}

/** Whether keys of this spec are pairs. */
export function isAsymmetric(spec: KeySpec): boolean {
  const kind = keySpecs[spec]?.kind
  return kind !== undefined && keyKinds[kind].form === 'private'
}
