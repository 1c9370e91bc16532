import { hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import type { Secret } from '../base/secret.ts'
import { canonicalRequest } from './canonical-request.ts'
import { type HeaderIndex, indexHeaders } from './headers.ts'
import { algorithm, isPlainRequestLine, type SignedRequest, terminator } from './request.ts'
import { signature } from './signature.ts'
import { deriveSigningKey } from './signing-key.ts'
import { stringToSign } from './string-to-sign.ts'
import { formatTimestamp } from './timestamp.ts'

export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret<string>
  readonly sessionToken?: Secret<string>
}

/** Where and when a signature is to be good. */
export interface SigningScope {
  readonly region: string
  readonly service: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/** Headers that proxies and connections change under way, left unsigned as the SDKs leave them. */
const unsigned = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
])

/** Signs a request in its headers: the headers to send, those given (`Host` has to be among them) and what signing adds. */
export function sign(request: SignedRequest, credentials: SigningCredentials, scope: SigningScope): string[] {
  const signedAt = formatTimestamp(scope.nowMs)
  const headers = [...request.headers, 'X-Amz-Date', signedAt]
  if (credentials.sessionToken) headers.push('X-Amz-Security-Token', credentials.sessionToken.reveal())
  const { index, signedHeaders } = headersToSign(headers)
  const claimed = { ...request, header: index.header, signedHeaders, presigned: false }
  const value =
    `${algorithm} Credential=${credentialText(credentials, scope)}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signatureOf(claimed, credentials, scope)}`
  return [...headers, 'Authorization', value]
}

/** The headers by name, and the names that a signature covers. */
export function headersToSign(headers: readonly string[]): { index: HeaderIndex; signedHeaders: string[] } {
  const index = indexHeaders(headers)
  assert(!index.fault, 'a request that is signed here has well-formed headers')
  const names = new Set(headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))
  assert(names.has('host') && !names.has('authorization'), 'a request to sign has a Host and no signature')
  return { index, signedHeaders: [...names].filter((name) => !unsigned.has(name)).sort() }
}

/** `AKID/20261123/us-east-1/kms/aws4_request` */
export function credentialText(credentials: SigningCredentials, { region, service, nowMs }: SigningScope): string {
  return [credentials.accessKeyId, formatTimestamp(nowMs).slice(0, 8), region, service, terminator].join('/')
}

/** The signature over a request whose headers and query are complete but for the signature itself. */
export function signatureOf(
  request: SignedRequest & { header: HeaderIndex['header']; signedHeaders: readonly string[]; presigned: boolean },
  credentials: SigningCredentials,
  { region, service, nowMs }: SigningScope,
): string {
  assert(isPlainRequestLine(request.method, request.target), 'a request that is signed here has a plain request line')
  const signedAt = formatTimestamp(nowMs)
  const keyScope = { date: signedAt.slice(0, 8), region, service }
  const canonical = canonicalRequest({ ...request, payloadHash: hash('sha256', request.body, 'hex') })
  return signature(deriveSigningKey(credentials.secretAccessKey, keyScope), stringToSign(canonical, signedAt, keyScope))
}
