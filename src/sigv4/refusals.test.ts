import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { type AnyRefusal, answerRefusal, refusals } from './refusals.ts'

const nowMs = Date.UTC(2014, 2, 25, 14, 52, 51)
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
const signatureMismatch: AnyRefusal = {
  kind: 'signatureMismatch',
  cause: 'signature',
  canonicalRequest: new Secret('GET\n/'),
  stringToSign: 'AWS4',
}

test.each<[AnyRefusal, string, string, number, string]>([
  [
    { kind: 'unknownAccessKey' },
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
  ],
  [
    { kind: 'expiredSession' },
    'ExpiredTokenException',
    'ExpiredToken',
    403,
    'The security token included in the request is expired',
  ],
  [
    { kind: 'expired', timestamp: nowMs - 1_098_000, nowMs, windowMs: 900_000 },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    'Signature expired: 20140325T143433Z is now earlier than 20140325T143751Z (20140325T145251Z - 15 min.)',
  ],
  [
    { kind: 'expired', timestamp: nowMs, nowMs: nowMs + 61_000, windowMs: 30_000 },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    'Signature expired: 20140325T145251Z is now earlier than 20140325T145322Z (20140325T145352Z - 30 sec.)',
  ],
  [
    { kind: 'notYetCurrent', timestamp: nowMs + 301_000, nowMs, windowMs: 300_000 },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    'Signature not yet current: 20140325T145752Z is still later than 20140325T145751Z (20140325T145251Z + 5 min.)',
  ],
  [
    { kind: 'wrongScope', faults: { region: true, service: 'kms', terminator: true, date: true } },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'kms'. Credential should be scoped with a valid terminator: 'aws4_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
  ],
  [
    { kind: 'wrongScope', faults: { service: 'secretsmanager' } },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    "Credential should be scoped to correct service: 'secretsmanager'. ",
  ],
  [
    { kind: 'headerNotSigned', name: 'host' },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    { kind: 'headerNotSigned', name: 'x-amz-date' },
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    403,
    "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    { kind: 'missingEqualSign', authorization: 'AWS4-HMAC-SHA256 x' },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'D6g1GisXlH+T3tugT4kJyB0BFiEOZqjg1nGwgXnvDLA='.",
  ],
  [
    { kind: 'incompleteAuthorization', missing: ['Credential', 'Date'], authorization: 'AWS4-HMAC-SHA256 x' },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "Authorization header requires 'Credential' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=D6g1GisXlH+T3tugT4kJyB0BFiEOZqjg1nGwgXnvDLA=",
  ],
  [
    { kind: 'incompleteQuery', missing: ['X-Amz-Algorithm', 'X-Amz-Date'] },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
  ],
  [
    { kind: 'malformedDate', text: '201' },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601",
  ],
  [
    { kind: 'unsupportedAlgorithm', algorithm: 'AWS4-HMAC-SHA25' },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
  ],
  [
    { kind: 'malformedCredential', credential: 'a/b/c/d' },
    'IncompleteSignatureException',
    'IncompleteSignature',
    400,
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
  ],
])('%j', (refusal, json, query, queryStatus, message) => {
  expect(answerRefusal(refusal, 'json')).toEqual({ code: json, status: 400, message })
  expect(answerRefusal(refusal, 'rest')).toEqual({ code: json, status: 403, message })
  expect(answerRefusal(refusal, 'query')).toEqual({ code: query, status: queryStatus, message })
})

test('a mismatch shows both texts where AWS does', () => {
  const shown = `${mismatch}\n\nThe Canonical String for this request should have been\n'GET\n/'\n\nThe String-to-Sign should have been\n'AWS4'\n`
  expect(answerRefusal(signatureMismatch, 'json')).toEqual({
    code: 'InvalidSignatureException',
    status: 400,
    message: shown,
  })
  expect(answerRefusal(signatureMismatch, 'query')).toEqual({
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: mismatch,
  })
})

test('an unsigned request is told in the words of its protocol', () => {
  for (const kind of ['anonymous', 'otherScheme'] as const) {
    expect(answerRefusal({ kind }, 'json')).toEqual({
      code: 'MissingAuthenticationTokenException',
      status: 400,
      message: 'Missing Authentication Token',
    })
    expect(answerRefusal({ kind }, 'query')).toEqual({
      code: 'MissingAuthenticationToken',
      status: 403,
      message: 'Request is missing Authentication Token',
    })
  }
})

test('every row has words', () => {
  for (const [family, message] of Object.values(refusals)) {
    expect(family.json.code).toMatch(/Exception$/)
    expect(message).toBeTruthy()
  }
})
