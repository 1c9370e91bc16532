import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { type DigestName, digestLengths } from './digests.ts'
import type { KeyKindName } from './kinds.ts'
import type { PrehashedName } from './prehashed.ts'
import { signDigest, verifyDigest } from './prehashed-thread.ts'

/** What is signed: the message, or the digest that the algorithm would make of it. */
export type Signable =
  | { readonly message: Uint8Array; readonly digest?: never }
  | { readonly digest: Uint8Array; readonly message?: never }

export interface SignatureAlgorithm {
  /** How long a digest is that may be signed in place of a message; nothing where only messages are signed. */
  readonly digestLength: number | undefined
  /** Whether messages themselves are signed. */
  readonly takesMessages: boolean
  sign(key: KeyObject, kind: KeyKindName, what: Signable): Promise<Uint8Array>
  verify(publicKey: KeyObject, kind: KeyKindName, what: Signable, signature: Uint8Array): Promise<boolean>
}

export type SignatureName =
  | `rsa-pkcs1-${'sha256' | 'sha384' | 'sha512'}`
  | `rsa-pss-${'sha256' | 'sha384' | 'sha512'}`
  | `ecdsa-${'sha256' | 'sha384' | 'sha512'}`
  | 'ed25519'
  | 'ed25519ph'
  | 'ml-dsa'

interface NativeOptions {
  readonly digest: DigestName | null
  readonly options?: object
}

/** Quick ones run where they are called: handing them to another thread costs more than they do. */
const quick: ReadonlySet<KeyKindName> = new Set(['p-256', 'ed25519'])
const quickToVerify: ReadonlySet<KeyKindName> = new Set([...quick, 'rsa-2048', 'rsa-3072', 'rsa-4096'])

function signMessage(key: KeyObject, kind: KeyKindName, message: Uint8Array, native: NativeOptions): Promise<Buffer> {
  const { digest } = native
  if (quick.has(kind)) return Promise.resolve(sign(digest, message, withOptions(key, native)))
  return new Promise((resolve, reject) => {
    sign(digest, message, withOptions(key, native), (error, signature) => (error ? reject(error) : resolve(signature)))
  })
}

/** A key without options goes as it is: Node takes 12 µs longer over an object around it. */
function withOptions(key: KeyObject, { options }: NativeOptions): KeyObject {
  return options === undefined ? key : ({ key, ...options } as never)
}

function verifyMessage(
  key: KeyObject,
  kind: KeyKindName,
  what: { readonly message: Uint8Array; readonly signature: Uint8Array },
  native: NativeOptions,
): Promise<boolean> {
  const { message, signature } = what
  const { digest } = native
  if (quickToVerify.has(kind)) return Promise.resolve(verify(digest, message, withOptions(key, native), signature))
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, valid: boolean) => (error ? reject(error) : resolve(valid))
    verify(digest, message, withOptions(key, native), signature, done)
  })
}

/** An algorithm that Node does over messages, and `prehashed.ts` over digests. */
function over(
  native: NativeOptions,
  digestLength: number,
  prehashedName: (kind: KeyKindName) => PrehashedName,
): SignatureAlgorithm {
  return {
    digestLength,
    takesMessages: true,
    sign: (key, kind, { message, digest }) =>
      message === undefined ? signDigest(prehashedName(kind), key, digest) : signMessage(key, kind, message, native),
    verify: (key, kind, { message, digest }, signature) =>
      message === undefined
        ? verifyDigest(prehashedName(kind), key, digest, signature)
        : verifyMessage(key, kind, { message, signature }, native),
  }
}

function pkcs1(digest: 'sha256' | 'sha384' | 'sha512'): SignatureAlgorithm {
  const options = { padding: constants.RSA_PKCS1_PADDING }
  return over({ digest, options }, digestLengths[digest], () => `rsa-pkcs1-${digest}`)
}

function pss(digest: 'sha256' | 'sha384' | 'sha512'): SignatureAlgorithm {
  const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: digestLengths[digest] }
  return over({ digest, options }, digestLengths[digest], () => `rsa-pss-${digest}`)
}

function ecdsa(digest: 'sha256' | 'sha384' | 'sha512'): SignatureAlgorithm {
  return over({ digest }, digestLengths[digest], (kind) => kind as PrehashedName)
}

/**
 * A row for each signature algorithm. RSASSA-PKCS1-v1_5 and -PSS (RFC 8017; PSS with MGF1 and a salt as long as the digest),
 * ECDSA (FIPS 186-5) in DER, Ed25519 and Ed25519ph (RFC 8032), ML-DSA (FIPS 204) whose digest is the representative µ.
 */
export const signatures: Readonly<Record<SignatureName, SignatureAlgorithm>> = {
  'rsa-pkcs1-sha256': pkcs1('sha256'),
  'rsa-pkcs1-sha384': pkcs1('sha384'),
  'rsa-pkcs1-sha512': pkcs1('sha512'),
  'rsa-pss-sha256': pss('sha256'),
  'rsa-pss-sha384': pss('sha384'),
  'rsa-pss-sha512': pss('sha512'),
  'ecdsa-sha256': ecdsa('sha256'),
  'ecdsa-sha384': ecdsa('sha384'),
  'ecdsa-sha512': ecdsa('sha512'),
  ed25519: { ...over({ digest: null }, 0, () => 'ed25519ph'), digestLength: undefined },
  ed25519ph: { ...over({ digest: null }, 64, () => 'ed25519ph'), takesMessages: false },
  'ml-dsa': over({ digest: null }, 64, (kind) => kind as PrehashedName),
}
