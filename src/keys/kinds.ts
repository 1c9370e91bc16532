import {
  createSecretKey,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { promisify } from 'node:util'
import { gate } from './busy.ts'
import { isOneSequence } from './der.ts'

/** What a key is made of, whoever's name it goes by: KMS and transit have their own. */
export type KeyKindName =
  | 'aes-256'
  | 'hmac-224'
  | 'hmac-256'
  | 'hmac-384'
  | 'hmac-512'
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'
  | 'p-256'
  | 'p-384'
  | 'p-521'
  | 'secp256k1'
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'

/** One kind of key: how it is made, kept and made ready. A secret is raw bytes, a private key PKCS #8 in DER. */
export interface KeyKind {
  readonly form: 'secret' | 'private'
  /** New material, made off the event loop where that takes long. Whoever stores it wipes it. */
  generate(): Promise<Buffer>
  /** The key object of material that was generated here or passed `accepts`. */
  load(material: Uint8Array): KeyObject
  /** The same key in the form that `generate` gives, or nothing where these bytes are no key of this kind. */
  accept(material: Uint8Array): Buffer | undefined
}

const generatePair = promisify(generateKeyPair) as (
  type: string,
  options?: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>

/** RSA keys take up to seconds each: they leave threads of the pool to those who only sign. */
const slowly = gate(2, 100)

function secret(length: number): KeyKind {
  return {
    form: 'secret',
    generate: async () => randomBytes(length),
    load: createSecretKey,
    accept: (material) => (material.length === length ? Buffer.from(material) : undefined),
  }
}

function pair(type: string, options: object, isOfKind: (key: KeyObject) => boolean): KeyKind {
  return {
    form: 'private',
    async generate() {
      const { privateKey } = await (type === 'rsa'
        ? slowly(() => generatePair(type, options))
        : generatePair(type, options))
      return exportPrivate(privateKey)
    },
    load: loadPrivate,
    accept(material) {
      if (!isOneSequence(material)) return undefined
      try {
        const key = loadPrivate(material)
        return isOfKind(key) ? exportPrivate(key) : undefined
      } catch {
        return undefined
      }
    },
  }
}

function loadPrivate(material: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(material), format: 'der', type: 'pkcs8' })
}

function exportPrivate(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' })
}

/** The public half of a private key: SubjectPublicKeyInfo in DER (RFC 5280). */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key as never).export({ format: 'der', type: 'spki' })
}

function rsa(modulusLength: number): KeyKind {
  return pair(
    'rsa',
    { modulusLength, publicExponent: 0x10001 },
    (key) => key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === modulusLength,
  )
}

function curve(namedCurve: string): KeyKind {
  return pair(
    'ec',
    { namedCurve },
    (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === namedCurve,
  )
}

function named(type: string): KeyKind {
  return pair(type, {}, (key) => key.asymmetricKeyType === type)
}

/** Only with the seed: from it alone the rest follows, which signing over µ needs. */
function lattice(type: string): KeyKind {
  return pair(type, {}, (key) => key.asymmetricKeyType === type && hasSeed(key))
}

function hasSeed(key: KeyObject): boolean {
  return typeof key.export({ format: 'jwk' })['priv'] === 'string'
}

/**
 * A row for each kind. RSA: public exponent 65537. Secrets of HMAC are as long as the digest (RFC 2104, section 3, advises no
 * fewer bytes). ML-DSA (FIPS 204) keeps its seed.
 */
export const keyKinds: Readonly<Record<KeyKindName, KeyKind>> = {
  'aes-256': secret(32),
  'hmac-224': secret(28),
  'hmac-256': secret(32),
  'hmac-384': secret(48),
  'hmac-512': secret(64),
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'p-256': curve('prime256v1'),
  'p-384': curve('secp384r1'),
  'p-521': curve('secp521r1'),
  secp256k1: curve('secp256k1'),
  ed25519: named('ed25519'),
  'ml-dsa-44': lattice('ml-dsa-44'),
  'ml-dsa-65': lattice('ml-dsa-65'),
  'ml-dsa-87': lattice('ml-dsa-87'),
}
