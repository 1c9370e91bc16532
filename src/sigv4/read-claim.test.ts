import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { readClaim } from './read-claim.ts'
import type { SignedRequest } from './request.ts'
import { SigningSecret } from './signing-key.ts'
import { verify } from './verify.ts'

const signature = 'a'.repeat(64)
const authorization = `AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`
const base = ['Host', 'kms.example', 'X-Amz-Date', '20261123T014455Z']
const query = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'AKID%2F20261123%2Fus-east-1%2Fsts%2Faws4_request',
  'X-Amz-Date': '20261123T014455Z',
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': signature,
}

function post(headers: readonly string[], target = '/', method = 'POST'): ReturnType<typeof readClaim> {
  return readClaim({ method, target, headers, body: Buffer.of() })
}

function header(value: string, ...more: string[]): ReturnType<typeof readClaim> {
  return post([...base, 'Authorization', value, ...more])
}

function presigned(
  changed: Record<string, string | undefined>,
  headers = ['Host', 'sts.example'],
): ReturnType<typeof readClaim> {
  const parts = Object.entries({ ...query, ...changed }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  return post(headers, `/?${parts.join('&')}`, 'GET')
}

test('reads a signed header', () => {
  expect(header(authorization, 'X-Other', 'y')).toMatchObject({
    claim: {
      kind: 'header',
      accessKeyId: 'AKID',
      date: '20261123',
      region: 'us-east-1',
      service: 'kms',
      terminator: 'aws4_request',
      signedHeaders: ['host', 'x-amz-date'],
      signature,
      timestamp: Date.UTC(2026, 10, 23, 1, 44, 55),
      signedAt: '20261123T014455Z',
    },
  })
})

test.each([
  ['without spaces', authorization.replaceAll(', ', ',')],
  ['without commas', authorization.replaceAll(', ', ' ')],
  [
    'in another order',
    `AWS4-HMAC-SHA256 Signature=${signature},, Credential=AKID/20261123/us-east-1/kms/aws4_request SignedHeaders=host;x-amz-date,`,
  ],
])('reads parameters %s', (_, value) => {
  expect(header(value)).toMatchObject({
    claim: { accessKeyId: 'AKID', signature, signedHeaders: ['host', 'x-amz-date'] },
  })
})

test('reads a presigned query', () => {
  expect(presigned({ 'X-Amz-Security-Token': 'a%2Bb%2F%3D', Action: 'GetCallerIdentity' })).toMatchObject({
    claim: { kind: 'presigned', accessKeyId: 'AKID', service: 'sts', expiresSeconds: 60, signedHeaders: ['host'] },
  })
  const read = presigned({ 'X-Amz-Security-Token': 'a%2Bb%2F%3D' })
  expect('claim' in read && read.claim.sessionToken?.reveal()).toBe('a+b/=')
  expect(presigned({ 'X-Amz-Expires': undefined })).not.toHaveProperty('claim.expiresSeconds')
})

test('reads the Date header, in either form, where X-Amz-Date is not there', () => {
  const dated = (date: string) =>
    post(['Host', 'h', 'Date', date, 'Authorization', authorization.replace(';x-amz-date', '')])
  const expected = { claim: { timestamp: Date.UTC(2026, 10, 23, 1, 44, 55), signedAt: '20261123T014455Z' } }
  expect(dated('20261123T014455Z')).toMatchObject(expected)
  expect(dated('Mon, 23 Nov 2026 01:44:55 GMT')).toMatchObject(expected)
  for (const date of [
    'Tue, 23 Nov 2026 01:44:55 GMT',
    'Mon, 23 Nov 2026 01:44:55 +0000',
    '2026-11-23T01:44:55Z',
    '1',
  ]) {
    expect(dated(date)).toEqual({ refused: { kind: 'malformedDate', text: date } })
  }
  expect(header(authorization, 'Date', 'whatever')).toHaveProperty('claim')
})

test('a request without any sign of a signature is anonymous', () => {
  expect(post(base)).toEqual({ anonymous: true })
  expect(post(base, '/?Action=AssumeRoleWithWebIdentity&X-Amz-Date=x')).toEqual({ anonymous: true })
})

test.each<[string, ReturnType<typeof readClaim>, object]>([
  ['Basic', header('Basic eDp5'), { kind: 'otherScheme' }],
  ['Bearer', header('Bearer AWS4-x'), { kind: 'otherScheme' }],
  ['empty', header(''), { kind: 'otherScheme' }],
  ['too long', header(`${authorization}${' '.repeat(1)}${'x'.repeat(9_000)}`), { kind: 'authorizationTooLong' }],
  [
    'only the algorithm',
    header('AWS4-HMAC-SHA256'),
    {
      kind: 'incompleteAuthorization',
      missing: ['Credential', 'Signature', 'SignedHeaders'],
      authorization: 'AWS4-HMAC-SHA256',
    },
  ],
  [
    'no date',
    post(['Host', 'h', 'Authorization', authorization]),
    { kind: 'incompleteAuthorization', missing: ['Date'], authorization },
  ],
  ['space in the key id', header(authorization.replace('=AKID', '= AKID')), { kind: 'missingEqualSign' }],
  ['unknown part', header(`${authorization}, Extra=1`), { kind: 'unexpectedAuthorizationPart' }],
  ['part twice', header(`${authorization}, Signature=${signature}`), { kind: 'unexpectedAuthorizationPart' }],
  [
    'SigV4A',
    header(authorization.replace('HMAC', 'ECDSA-P256')),
    { kind: 'unsupportedAlgorithm', algorithm: 'AWS4-ECDSA-P256-SHA256' },
  ],
  ['date', header(authorization.replace('AKID/20261123/', 'AKID/')), { kind: 'malformedCredential' }],
  ['six parts', header(authorization.replace('/kms/', '/kms/x/')), { kind: 'malformedCredential' }],
  ['empty key id', header(authorization.replace('=AKID/', '=/')), { kind: 'malformedCredential' }],
  ['long credential', header(authorization.replace('/kms/', `/${'k'.repeat(600)}/`)), { kind: 'malformedCredential' }],
  ['host unsigned', header(authorization.replace('host;', '')), { kind: 'headerNotSigned', name: 'host' }],
  ['date unsigned', header(authorization.replace(';x-amz-date', '')), { kind: 'headerNotSigned', name: 'x-amz-date' }],
  [
    'target unsigned',
    header(authorization, 'X-Amz-Target', 'TrentService.Decrypt'),
    { kind: 'headerNotSigned', name: 'x-amz-target' },
  ],
  [
    'token unsigned',
    header(authorization, 'x-amz-security-token', 't'),
    { kind: 'headerNotSigned', name: 'x-amz-security-token' },
  ],
  [
    'headers out of order',
    header(authorization.replace('host;x-amz-date', 'x-amz-date;host')),
    { kind: 'malformedSignedHeaders' },
  ],
  ['header twice', header(authorization.replace('host;', 'host;host;')), { kind: 'malformedSignedHeaders' }],
  ['upper case', header(authorization.replace('host;', 'Host;')), { kind: 'malformedSignedHeaders' }],
  ['empty name', header(authorization.replace('host;', 'host;;')), { kind: 'malformedSignedHeaders' }],
  [
    'many names',
    header(authorization.replace('host;', `${Array.from({ length: 101 }, (_, i) => `a${100 + i}`).join(';')};host;`)),
    { kind: 'malformedSignedHeaders' },
  ],
  [
    'two Authorizations',
    header(authorization, 'authorization', authorization),
    { kind: 'repeatedHeader', name: 'authorization' },
  ],
  [
    'two dates',
    header(authorization, 'x-amz-date', '20261123T014455Z'),
    { kind: 'repeatedHeader', name: 'x-amz-date' },
  ],
  ['two hosts', header(authorization, 'host', 'kms.example'), { kind: 'repeatedHeader', name: 'host' }],
  ['line break', header(authorization, 'A', 'b\nc:d'), { kind: 'malformedHeader', name: 'a' }],
  ['201 headers', post(Array.from({ length: 402 }, () => 'a')), { kind: 'tooManyHeaders' }],
  [
    'header and query',
    post([...base, 'Authorization', authorization], '/?X-Amz-Signature=1'),
    { kind: 'bothHeaderAndQuery' },
  ],
  [
    'disguised query',
    post([...base, 'Authorization', authorization], '/?X-Amz-%53ignature=1'),
    { kind: 'bothHeaderAndQuery' },
  ],
  [
    'half a query',
    post(base, '/?X-Amz-Signature=1&X-Amz-Date='),
    {
      kind: 'incompleteQuery',
      missing: ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Date'],
    },
  ],
  [
    'parameter twice',
    presigned({ 'X-Amz-%53ignature': signature }),
    { kind: 'repeatedParameter', name: 'X-Amz-Signature' },
  ],
  ['broken encoding', post(base, '/?a=%4'), { kind: 'malformedQuery' }],
  ['long parameter', presigned({ 'X-Amz-Security-Token': 'x'.repeat(9_000) }), { kind: 'malformedQuery' }],
  ['many parameters', post(base, `/?${'a&'.repeat(1_001)}`), { kind: 'malformedQuery' }],
  ['expires 0', presigned({ 'X-Amz-Expires': '0' }), { kind: 'malformedExpires' }],
  ['expires after a week', presigned({ 'X-Amz-Expires': '604801' }), { kind: 'malformedExpires' }],
  ['expires 1e3', presigned({ 'X-Amz-Expires': '1e3' }), { kind: 'malformedExpires' }],
  ['expires empty', presigned({ 'X-Amz-Expires': '' }), { kind: 'malformedExpires' }],
  ['HTTP date in the query', presigned({ 'X-Amz-Date': 'Mon, 23 Nov 2026 01:44:55 GMT' }), { kind: 'malformedDate' }],
  ['query SigV4A', presigned({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }), { kind: 'unsupportedAlgorithm' }],
  [
    'presigned, header unsigned',
    presigned({}, ['Host', 'h', 'X-Amz-Target', 't']),
    { kind: 'headerNotSigned', name: 'x-amz-target' },
  ],
  ['unsigned payload', presigned({ 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }), { kind: 'unsupportedPayload' }],
  [
    'two tokens',
    presigned({ 'X-Amz-Security-Token': 'a', 'X-Amz-SignedHeaders': 'host%3Bx-amz-security-token' }, [
      'Host',
      'h',
      'X-Amz-Security-Token',
      'a',
    ]),
    { kind: 'repeatedParameter', name: 'X-Amz-Security-Token' },
  ],
  [
    'two hashes',
    presigned({ 'X-Amz-Content-Sha256': signature, 'X-Amz-SignedHeaders': 'host%3Bx-amz-content-sha256' }, [
      'Host',
      'h',
      'X-Amz-Content-Sha256',
      signature,
    ]),
    { kind: 'repeatedParameter', name: 'X-Amz-Content-Sha256' },
  ],
  ['absolute target', post(base, 'http://kms.example/'), { kind: 'malformedRequestLine' }],
  ['fragment', post(base, '/#a'), { kind: 'malformedRequestLine' }],
  ['control character', post(base, '/a\nb'), { kind: 'malformedRequestLine' }],
  ['character beyond a byte', post(base, '/ሴ'), { kind: 'malformedRequestLine' }],
  ['long target', post(base, `/${'a'.repeat(40_000)}`), { kind: 'malformedRequestLine' }],
  ['method', post(base, '/', 'POST\n'), { kind: 'malformedRequestLine' }],
])('refuses: %s', (_, read, refused) => {
  expect(read).toMatchObject({ refused })
})

const pieces = fc.oneof(
  fc.constantFrom(
    'AWS4-HMAC-SHA256',
    ' ',
    ',',
    '=',
    '/',
    ';',
    'Credential=',
    'SignedHeaders=',
    'Signature=',
    'host',
    'x-amz-date',
    signature,
    'AKID/20261123/us-east-1/kms/aws4_request',
    '&',
    '?',
    '%',
    '%2F',
    '+',
    ...Object.entries(query).map((entry) => entry.join('=')),
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
)
const text = fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(''))

/** A good text with pieces put over a part of it, so that the fuzz reaches past the first checks. */
function damaged(good: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(good.length), fc.nat(3), fc.array(pieces, { maxLength: 2 }))
    .map(([at, length, parts]) => good.slice(0, at) + parts.join('') + good.slice(at + length))
}
const hostile = (good: string) => fc.oneof(text, damaged(good))
const goodQuery = `?${Object.entries(query)
  .map((entry) => entry.join('='))
  .join('&')}`

test('no Authorization header and no target makes a parser throw, or verifies unsigned', () => {
  fc.assert(
    fc.property(
      hostile(authorization),
      hostile(goodQuery),
      fc.array(text, { maxLength: 6 }),
      (value, target, headers) => {
        const request: SignedRequest = {
          method: 'GET',
          target: `/${target}`,
          headers: [...base, 'Authorization', value, ...headers],
          body: Buffer.of(),
        }
        for (const of of [request, { ...request, headers: ['Host', 'h', ...headers] }]) {
          const read = readClaim(of)
          expect(Object.keys(read)).toHaveLength(1)
          if ('claim' in read) {
            expect(read.claim.signedHeaders).toContain('host')
            expect(read.claim.timestamp).toSatisfy(Number.isSafeInteger)
            const { timestamp: nowMs, service, accessKeyId } = read.claim
            const rules = {
              nowMs,
              windowMs: 0,
              service,
              acceptsRegion: () => true,
              presignedLifetime: 'window',
            } as const
            const result = verify(of, read.claim, new SigningSecret(accessKeyId, new Secret('s')), rules)
            expect(result).toHaveProperty('refused')
          }
        }
      },
    ),
    { numRuns: 2_000, seed: 4 },
  )
})

test('hostile texts of full length cost linear time', () => {
  for (const filler of ['=', ',', 'Credential=,', '/', 'a;', ' ']) {
    const long = filler.repeat(8_000 / filler.length)
    expect(header(`AWS4-HMAC-SHA256 ${long}`)).toHaveProperty('refused')
    expect(header(authorization.replace('host;', long))).toHaveProperty('refused')
  }
  expect(post(base, `/${'../'.repeat(10_000)}`)).toEqual({ anonymous: true })
})
