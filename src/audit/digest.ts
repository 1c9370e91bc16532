import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Link } from './chain.ts'

/** What a digest says: up to this record of this segment, the chain had this hash at this moment (ms since 1970). */
export interface DigestClaim extends Link {
  readonly segment: string
  /** Where the record ends in its segment. */
  readonly size: number
  readonly time: number
  /** The SHA-256 of the digest line before this one, so that a digest cannot be taken out either. */
  readonly previous: string
}

/** The line of a signed digest (Ed25519, RFC 8032, over the claim's exact text). */
export function signDigest(claim: DigestClaim, key: KeyObject): string {
  const text = JSON.stringify(claim)
  const signature = sign(null, Buffer.from(text), key).toString('base64url')
  return `{"signature":"${signature}","claim":${text}}\n`
}

const form = /^\{"signature":"([A-Za-z0-9_-]{86})","claim":(\{.{1,2000}\})\}$/

/** The claim of a digest line (without its newline) whose signature holds, or nothing. */
export function openDigest(line: string, key: KeyObject): DigestClaim | undefined {
  const [, signature, text] = form.exec(line) ?? []
  if (!signature || !text || !verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url')))
    return undefined
  return JSON.parse(text) as DigestClaim
}

export function digestHash(line: string): string {
  return createHash('sha256').update(line.trimEnd()).digest('base64url')
}

/** A new signing key as PEM (PKCS #8), to be kept behind the barrier. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

export function signingKey(pem: string): KeyObject {
  return createPrivateKey(pem)
}

/** The public half as PEM, and its fingerprint: what a verifier must know from elsewhere. */
export function publicHalf(key: KeyObject): { pem: string; fingerprint: string } {
  const publicKey = key.type === 'public' ? key : createPublicKey(key)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    fingerprint: `SHA256:${createHash('sha256').update(der).digest('base64url')}`,
  }
}
