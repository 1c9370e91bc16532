import { hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { Secret } from '../base/secret.ts'
import { canonicalRequest } from './canonical-request.ts'
import type { Claim } from './claim.ts'
import type { Refusal, ScopeFaults, SignatureMismatch } from './refusal.ts'
import { type SignedRequest, terminator } from './request.ts'
import { isSignature } from './signature.ts'
import type { SigningSecret } from './signing-key.ts'
import { stringToSign } from './string-to-sign.ts'

/** What an endpoint expects of a signature. */
export interface Rules {
  /** The machine's time in milliseconds since 1970. */
  readonly nowMs: number
  /** How far the time of signing may be off, either way: 15 minutes on AWS, 5 for KMS and Lambda. */
  readonly windowMs: number
  /** The service that the endpoint resolved, as scopes write it (`secretsmanager`, `kms`, …). */
  readonly service: string
  readonly acceptsRegion: (region: string) => boolean
  /**
   * How long a presigned request lives: as long as it declares, or, as on AWS outside S3, through the window whatever
   * it declares.
   */
  readonly presignedLifetime: 'declared' | 'window'
}

const regionText = /^[a-z0-9-]{1,64}$/

/**
 * What can be said against a claim without its secret: time, then scope. `verify` asks it too; an endpoint that wants
 * AWS's order of answers asks it before it looks for the access key.
 */
export function checkClaim(claim: Claim, rules: Rules): Refusal | undefined {
  const { timestamp } = claim
  const { nowMs, windowMs } = rules
  assert(Number.isFinite(nowMs) && Number.isFinite(windowMs), 'a signature is checked against a real moment')
  const declared = rules.presignedLifetime === 'declared' ? claim.expiresSeconds : undefined
  const lifetimeMs = declared === undefined ? windowMs : declared * 1_000
  if (timestamp < nowMs - lifetimeMs) return { kind: 'expired', timestamp, nowMs, windowMs: lifetimeMs }
  if (timestamp > nowMs + windowMs) return { kind: 'notYetCurrent', timestamp, nowMs, windowMs }
  const wrongRegion = !regionText.test(claim.region) || !rules.acceptsRegion(claim.region)
  const wrongService = claim.service !== rules.service
  const wrongTerminator = claim.terminator !== terminator
  const wrongDate = !claim.signedAt.startsWith(claim.date) || claim.date.length !== 8
  if (!wrongRegion && !wrongService && !wrongTerminator && !wrongDate) return undefined
  const faults: ScopeFaults = {
    ...(wrongRegion ? { region: true } : {}),
    ...(wrongService ? { service: rules.service } : {}),
    ...(wrongTerminator ? { terminator: true } : {}),
    ...(wrongDate ? { date: true } : {}),
  }
  return { kind: 'wrongScope', faults }
}

/**
 * Whether a request was signed with a secret, over exactly what arrived. The claim is the one read from this request,
 * the secret the one of the claim's access key.
 */
export function verify(
  request: SignedRequest,
  claim: Claim,
  secret: SigningSecret,
  rules: Rules,
): { verified: true } | { refused: Refusal } {
  assert(secret.accessKeyId === claim.accessKeyId, 'a claim is verified with the secret of its own access key')
  const early = checkClaim(claim, rules)
  if (early !== undefined) return { refused: early }
  const payloadHash = hash('sha256', request.body, 'hex')
  const canonical = canonicalRequest({
    method: request.method,
    target: request.target,
    header: claim.header,
    signedHeaders: claim.signedHeaders,
    presigned: claim.kind === 'presigned',
    payloadHash,
  })
  const text = stringToSign(canonical, claim.signedAt, claim)
  const cause = mismatch(claim, payloadHash, text, secret)
  if (cause === undefined) return { verified: true }
  return { refused: { kind: 'signatureMismatch', cause, canonicalRequest: new Secret(canonical), stringToSign: text } }
}

function mismatch(
  claim: Claim,
  payloadHash: string,
  text: string,
  secret: SigningSecret,
): SignatureMismatch['cause'] | undefined {
  if (claim.payloadHash !== undefined && claim.payloadHash !== payloadHash) return 'payloadHash'
  if (claim.signedHeaders.some((name) => claim.header(name) === undefined)) return 'signedHeaderMissing'
  return secret.proves(claim, (key) => isSignature(claim.signature, key, text)) ? undefined : 'signature'
}
