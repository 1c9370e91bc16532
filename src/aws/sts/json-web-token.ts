import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { fromUtf8 } from '../../base/bytes.ts'
import { readJsonObject } from '../../base/json-object.ts'

/** A token taken apart; nothing in it is proven before `provesToken`. */
export interface ParsedToken {
  readonly algorithm: Algorithm
  readonly keyId: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly signed: Buffer
  readonly signature: Buffer
}

interface Rule {
  readonly hash: string
  readonly keyType: 'rsa' | 'ec'
  readonly curve?: string
}

/**
 * Signature algorithms with public keys only (RFC 7518, section 3). Without `none` and without HMAC, so that a public key can
 * never serve as a shared secret.
 */
const algorithms = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  ES256: { hash: 'sha256', keyType: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', keyType: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', keyType: 'ec', curve: 'secp521r1' },
} as const satisfies Record<string, Rule>

export type Algorithm = keyof typeof algorithms

const longest = 20_000
const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

/** Takes a compact JWS with JSON claims apart (RFC 7519), or nothing where it is none or of an algorithm that is not taken. */
export function parseToken(text: string): ParsedToken | undefined {
  const parts = text.length > longest ? null : compact.exec(text)
  if (!parts) return undefined
  const [, head = '', body = '', tail = ''] = parts
  const header = jsonObject(head)
  const claims = jsonObject(body)
  // An extension that must be understood is not (RFC 7515, section 4.1.11).
  if (!header || !claims || 'crit' in header) return undefined
  const { alg, kid } = header
  if (typeof alg !== 'string' || !Object.hasOwn(algorithms, alg)) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  const signed = Buffer.from(`${head}.${body}`)
  return { algorithm: alg as Algorithm, keyId: kid, claims, signed, signature: Buffer.from(tail, 'base64url') }
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  const text = fromUtf8(Buffer.from(part, 'base64url'))
  return text === undefined ? undefined : readJsonObject(text)
}

/** A public key of a provider. */
export interface VerificationKey {
  readonly id: string | undefined
  readonly algorithm: string | undefined
  readonly key: KeyObject
}

const mostKeys = 100
const leastRsaBits = 2048

/** The keys of a JSON Web Key Set that can verify signatures (RFC 7517); others in it are left out. */
export function verificationKeys(set: unknown): readonly VerificationKey[] | undefined {
  const list = typeof set === 'object' && set !== null ? (set as { keys?: unknown }).keys : undefined
  if (!Array.isArray(list) || list.length > mostKeys) return undefined
  return list.flatMap((jwk: unknown) => verificationKey(jwk) ?? [])
}

function verificationKey(jwk: unknown): VerificationKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, use, kid, alg } = jwk as Record<string, unknown>
  if ((kty !== 'RSA' && kty !== 'EC') || (use !== undefined && use !== 'sig')) return undefined
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    const bits = key.asymmetricKeyDetails?.modulusLength
    if (bits !== undefined && bits < leastRsaBits) return undefined
    return {
      id: typeof kid === 'string' ? kid : undefined,
      algorithm: typeof alg === 'string' ? alg : undefined,
      key,
    }
  } catch {
    return undefined
  }
}

/** The keys of a set that a token's header may mean. */
export function keysFor(token: ParsedToken, keys: readonly VerificationKey[]): readonly VerificationKey[] {
  const rule: Rule = algorithms[token.algorithm]
  return keys.filter(
    ({ id, algorithm, key }) =>
      key.asymmetricKeyType === rule.keyType &&
      (rule.curve === undefined || key.asymmetricKeyDetails?.namedCurve === rule.curve) &&
      (algorithm === undefined || algorithm === token.algorithm) &&
      (token.keyId === undefined || id === token.keyId),
  )
}

/** Whether one of the keys made the token's signature. */
export function provesToken(token: ParsedToken, keys: readonly VerificationKey[]): boolean {
  const { hash } = algorithms[token.algorithm]
  return keysFor(token, keys).some(({ key }) =>
    verify(hash, token.signed, { key, dsaEncoding: 'ieee-p1363' }, token.signature),
  )
}
