import { hash, type KeyObject, sign, verify } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { Secret } from '../base/secret.ts'
import { canonicalRequest } from './canonical-request.ts'
import type { Claim } from './claim.ts'
import { readClaim } from './read-claim.ts'
import type { Refusal } from './refusal.ts'
import { type SignedRequest, terminator } from './request.ts'
import { headersToSign, type SigningScope } from './sign.ts'
import { stringToSign } from './string-to-sign.ts'
import { formatTimestamp } from './timestamp.ts'
import { checkClaim, type Rules } from './verify.ts'

/**
 * Requests signed with the key of an X.509 certificate in place of a secret (IAM Roles Anywhere user guide, «signing process»).
 * The canonical request is that of Signature Version 4; the credential begins with the certificate's serial number in decimal.
 */
const keyTypes: Readonly<Record<string, string>> = {
  __proto__: null as never,
  'AWS4-X509-RSA-SHA256': 'rsa',
  'AWS4-X509-ECDSA-SHA256': 'ec',
}

const algorithms: ReadonlySet<string> = new Set(Object.keys(keyTypes))
const longestCertificate = 16_384
const mostChain = 5

/** What such a request says of its signer. Nothing in it is proven. */
export interface CertificateClaim {
  readonly claim: Claim
  readonly algorithm: string
  /** In DER, the signer's own first. */
  readonly certificates: readonly Buffer[]
}

export function readCertificateClaim(
  request: SignedRequest,
): { readonly certified: CertificateClaim } | { readonly otherwise: true } | { readonly refused: Refusal } {
  const read = readClaim(request, algorithms)
  if ('refused' in read) return read.refused.kind === 'unsupportedAlgorithm' ? { otherwise: true } : read
  if ('anonymous' in read || read.claim.kind !== 'header') return { otherwise: true }
  const { claim } = read
  const algorithm = (claim.header('authorization') ?? '').split(' ', 1)[0] as string
  const certificates = certificatesOf(claim)
  if (!certificates) return { refused: { kind: 'malformedCredential', credential: claim.accessKeyId } }
  return { certified: { claim, algorithm, certificates } }
}

function certificatesOf({ header }: Claim): readonly Buffer[] | undefined {
  const own = header('x-amz-x509')
  const chain = header('x-amz-x509-chain')
  const texts = [own ?? '', ...(chain === undefined || chain === '' ? [] : chain.split(',', mostChain + 1))]
  if (texts.length > mostChain + 1) return undefined
  const certificates: Buffer[] = []
  for (const text of texts) {
    const bare = text.trim()
    if (bare.length > longestCertificate || !/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) return undefined
    certificates.push(Buffer.from(bare, 'base64'))
  }
  return certificates
}

/** Whether a request was signed with the key of its certificate, over exactly what arrived. `serial` is the certificate's, in decimal. */
export function verifyByKey(
  request: SignedRequest,
  { claim, algorithm }: CertificateClaim,
  { publicKey, serial }: { readonly publicKey: KeyObject; readonly serial: string },
  rules: Rules,
): { readonly verified: true } | { readonly refused: Refusal } {
  const early = checkClaim(claim, rules)
  if (early) return { refused: early }
  const payloadHash = hash('sha256', request.body, 'hex')
  const { header, signedHeaders, signedAt } = claim
  const canonical = canonicalRequest({ ...request, header, signedHeaders, presigned: false, payloadHash })
  const text = stringToSign(canonical, signedAt, claim, algorithm)
  const signature = /^(?:[0-9a-f]{2}){8,1024}$/.test(claim.signature) ? Buffer.from(claim.signature, 'hex') : undefined
  const proven =
    keyTypes[algorithm] === publicKey.asymmetricKeyType &&
    claim.accessKeyId === serial &&
    (claim.payloadHash ?? payloadHash) === payloadHash &&
    signature !== undefined &&
    verify('sha256', Buffer.from(text, 'latin1'), publicKey, signature)
  if (proven) return { verified: true }
  const told = { canonicalRequest: new Secret(canonical), stringToSign: text }
  return { refused: { kind: 'signatureMismatch', cause: 'signature', ...told } }
}

export interface CertificateCredentials {
  /** The certificate's serial number, in decimal. */
  readonly serial: string
  readonly privateKey: KeyObject
  /** In DER. */
  readonly certificate: Buffer
  readonly chain: readonly Buffer[]
}

/** Signs a request in its headers, as `sign` does with a secret. */
export function signWithCertificate(
  request: SignedRequest,
  { serial, privateKey, certificate, chain }: CertificateCredentials,
  { region, service, nowMs }: SigningScope,
): string[] {
  const algorithm = Object.keys(keyTypes).find((name) => keyTypes[name] === privateKey.asymmetricKeyType)
  assert(algorithm, 'a request is signed with an RSA or an elliptic curve key')
  const signedAt = formatTimestamp(nowMs)
  const headers = [...request.headers, 'X-Amz-Date', signedAt, 'X-Amz-X509', certificate.toString('base64')]
  if (chain.length > 0) headers.push('X-Amz-X509-Chain', chain.map((one) => one.toString('base64')).join(','))
  const { index, signedHeaders } = headersToSign(headers)
  const scope = { date: signedAt.slice(0, 8), region, service }
  const payloadHash = hash('sha256', request.body, 'hex')
  const canonical = canonicalRequest({ ...request, header: index.header, signedHeaders, presigned: false, payloadHash })
  const text = Buffer.from(stringToSign(canonical, signedAt, scope, algorithm), 'latin1')
  const signature = sign('sha256', text, privateKey).toString('hex')
  const credential = `${serial}/${scope.date}/${region}/${service}/${terminator}`
  const value = `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return [...headers, 'Authorization', value]
}
