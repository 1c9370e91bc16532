import { Secret } from '../base/secret.ts'
import { parseQuery } from './canonical-query.ts'
import { type Claim, parseCredential, parseSignedHeaders, type SignatureTexts } from './claim.ts'
import { type HeaderIndex, indexHeaders } from './headers.ts'
import { parseAuthorization } from './parse-authorization.ts'
import { isPresigned, parsePresigned } from './parse-presigned.ts'
import type { Refusal } from './refusal.ts'
import { algorithm, isPlainRequestLine, type SignedRequest, splitTarget } from './request.ts'
import { formatTimestamp, parseHttpDate, parseTimestamp } from './timestamp.ts'

/**
 * What a request says of its signer, before any secret is known. `anonymous` where it carries no sign of a signature;
 * a request with a broken, a partial or two signatures is refused, never anonymous. The checks stand in the order in
 * which AWS was seen to make them. `accepts` are the algorithms of signatures in headers.
 */
export function readClaim(
  request: SignedRequest,
  accepts: ReadonlySet<string> = onlyHmac,
): { claim: Claim } | { anonymous: true } | { refused: Refusal } {
  if (!isPlainRequestLine(request.method, request.target)) return refuse({ kind: 'malformedRequestLine' })
  const index = request.index ?? indexHeaders(request.headers)
  if (index.fault) return refuse(index.fault)
  const authorization = index.header('authorization')
  const { query } = splitTarget(request.target)
  if (query !== '') {
    const parameters = parseQuery(query)
    if (parameters === undefined) return refuse({ kind: 'malformedQuery' })
    if (isPresigned(parameters)) {
      if (authorization !== undefined) return refuse({ kind: 'bothHeaderAndQuery' })
      const parsed = parsePresigned(parameters)
      if ('refused' in parsed) return parsed
      return completeClaim('presigned', parsed.texts, index, onlyHmac)
    }
  }
  if (authorization === undefined) return { anonymous: true }
  const parsed = parseAuthorization(authorization, index.header('x-amz-date') || index.header('date'))
  return 'refused' in parsed ? parsed : completeClaim('header', parsed.texts, index, accepts)
}

function completeClaim(
  kind: Claim['kind'],
  texts: SignatureTexts,
  { header, amazon }: HeaderIndex,
  accepts: ReadonlySet<string>,
): { claim: Claim } | { refused: Refusal } {
  const httpDate = kind === 'header' && texts.date.includes(',')
  const timestamp = httpDate ? parseHttpDate(texts.date) : parseTimestamp(texts.date)
  if (timestamp === undefined) return refuse({ kind: 'malformedDate', text: texts.date })
  const expiresSeconds = texts.expires === undefined ? undefined : parseExpires(texts.expires)
  if (texts.expires !== undefined && expiresSeconds === undefined) return refuse({ kind: 'malformedExpires' })
  const signedHeaders = parseSignedHeaders(texts.signedHeaders)
  if (signedHeaders === undefined) return refuse({ kind: 'malformedSignedHeaders' })
  if (!signedHeaders.includes('host')) return refuse({ kind: 'headerNotSigned', name: 'host' })
  for (const name of amazon) {
    if (!signedHeaders.includes(name)) return refuse({ kind: 'headerNotSigned', name })
  }
  if (!accepts.has(texts.algorithm)) return refuse({ kind: 'unsupportedAlgorithm', algorithm: texts.algorithm })
  const credential = parseCredential(texts.credential)
  if (credential === undefined) return refuse({ kind: 'malformedCredential', credential: texts.credential })
  const tokenHeader = header('x-amz-security-token')
  const hashHeader = header('x-amz-content-sha256')
  if (texts.sessionToken !== undefined && tokenHeader !== undefined) {
    return refuse({ kind: 'repeatedParameter', name: 'X-Amz-Security-Token' })
  }
  if (texts.payloadHash !== undefined && hashHeader !== undefined) {
    return refuse({ kind: 'repeatedParameter', name: 'X-Amz-Content-Sha256' })
  }
  const sessionToken = texts.sessionToken ?? tokenHeader
  const payloadHash = texts.payloadHash ?? hashHeader
  if (payloadHash !== undefined && !sha256Text.test(payloadHash)) return refuse({ kind: 'unsupportedPayload' })
  return {
    claim: {
      kind,
      ...credential,
      signedHeaders,
      signature: texts.signature,
      timestamp,
      signedAt: httpDate ? formatTimestamp(timestamp) : texts.date,
      ...(sessionToken === undefined ? {} : { sessionToken: new Secret(sessionToken) }),
      ...(expiresSeconds === undefined ? {} : { expiresSeconds }),
      ...(payloadHash === undefined ? {} : { payloadHash }),
      header,
    },
  }
}

const onlyHmac: ReadonlySet<string> = new Set([algorithm])

// `UNSIGNED-PAYLOAD` and `STREAMING-…` are no hashes: no service here takes a body that the signature leaves out.
const sha256Text = /^[0-9a-f]{64}$/

const weekSeconds = 604_800
const expiresText = /^[0-9]{1,6}$/

function parseExpires(text: string): number | undefined {
  const seconds = expiresText.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= weekSeconds ? seconds : undefined
}

function refuse(refused: Refusal): { refused: Refusal } {
  return { refused }
}
