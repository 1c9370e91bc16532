import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import suite from '../../test/vectors/sigv4/suite.json' with { type: 'json' }
import { encodePath, normalisePath } from './canonical-path.ts'
import { canonicalRequest } from './canonical-request.ts'
import type { Claim } from './claim.ts'
import { indexHeaders } from './headers.ts'
import { presign } from './presign.ts'
import { readClaim } from './read-claim.ts'
import type { Refusal } from './refusal.ts'
import { type SignedRequest, splitTarget } from './request.ts'
import { sign } from './sign.ts'
import { SigningSecret } from './signing-key.ts'
import { stringToSign } from './string-to-sign.ts'
import { checkClaim, type Rules, verify } from './verify.ts'

const nowMs = Date.UTC(2026, 10, 23, 1, 44, 55)
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG') }
const scope = { region: 'eu-central-1', service: 'secretsmanager', nowMs }
const rules: Rules = {
  nowMs,
  windowMs: 900_000,
  service: 'secretsmanager',
  acceptsRegion: (region) => region === 'eu-central-1',
  presignedLifetime: 'declared',
}
const getSecretValue: SignedRequest = {
  method: 'POST',
  target: '/',
  headers: [
    'Host',
    'secrets.example:8443',
    'Content-Type',
    'application/x-amz-json-1.1',
    'X-Amz-Target',
    'secretsmanager.GetSecretValue',
    'User-Agent',
    'aws-cli/1.45',
  ],
  body: Buffer.from('{"SecretId":"database"}'),
}

function secretOf(request = credentials): SigningSecret {
  return new SigningSecret(request.accessKeyId, request.secretAccessKey)
}

function signed(request: SignedRequest = getSecretValue, at = scope, as = credentials): SignedRequest {
  return { ...request, headers: sign(request, as, at) }
}

function presigned(expiresSeconds = 60): SignedRequest {
  const request = {
    method: 'GET',
    target: '/?Action=GetCallerIdentity',
    headers: ['Host', 'sts.example'],
    body: Buffer.of(),
  }
  return { ...request, target: presign(request, credentials, scope, expiresSeconds) }
}

function claimOf(request: SignedRequest): Claim {
  const read = readClaim(request)
  if (!('claim' in read)) throw new Error(JSON.stringify(read))
  return read.claim
}

/** `verified`, or the refusal of either step. */
function outcome(request: SignedRequest, changed: Partial<Rules> = {}, secret = secretOf()): 'verified' | Refusal {
  const read = readClaim(request)
  if ('anonymous' in read) throw new Error('anonymous')
  if ('refused' in read) return read.refused
  const result = verify(request, read.claim, secret, { ...rules, ...changed })
  return 'refused' in result ? result.refused : 'verified'
}

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

test.each(suite.cases.flatMap((of) => [[of.name, 'header', of] as const, [of.name, 'query', of] as const]))(
  'published vector %s, %s',
  (_, form, of) => {
    const { target, headers, canonicalRequest: canonical, stringToSign: text, signature } = of[form]
    const request = {
      method: of.method,
      target: latin1(target),
      headers: headers.map(latin1),
      body: Buffer.from(of.body),
    }
    const secret = new SigningSecret(suite.accessKeyId, new Secret(suite.secretAccessKey))
    const suiteRules: Rules = {
      ...rules,
      nowMs: Date.parse(suite.timestamp),
      service: suite.service,
      acceptsRegion: (region) => region === suite.region,
    }
    if (of.tokenSigned === false) {
      expect(outcome(request, suiteRules, secret)).toMatchObject(
        form === 'header'
          ? { kind: 'headerNotSigned', name: 'x-amz-security-token' }
          : { kind: 'signatureMismatch', cause: 'signature' },
      )
      return
    }
    const claim = claimOf(request)
    expect(claim).toMatchObject({
      signature,
      accessKeyId: suite.accessKeyId,
      region: suite.region,
      service: suite.service,
    })
    expect(claim.sessionToken?.reveal()).toBe(of.sessionToken)
    const { path } = splitTarget(request.target)
    if (!of.normalised) expect(canonical.split('\n')[1]).toBe(encodePath(path))
    if (!of.normalised && normalisePath(path) !== path) {
      expect(outcome(request, suiteRules, secret)).toMatchObject({ kind: 'signatureMismatch', cause: 'signature' })
      return
    }
    const payloadHash = canonical.slice(-64)
    const presignedForm = form === 'query'
    const built = canonicalRequest({ ...request, ...claim, presigned: presignedForm, payloadHash })
    expect(built).toBe(canonical)
    expect(stringToSign(built, claim.signedAt, claim)).toBe(text)
    expect(outcome(request, suiteRules, secret)).toBe('verified')
  },
)

test('a signed request is verified, with its derived key fresh and kept', () => {
  const secret = secretOf()
  expect(outcome(signed(), {}, secret)).toBe('verified')
  expect(outcome(signed(), {}, secret)).toBe('verified')
  expect(outcome(presigned(), { service: 'secretsmanager' })).toBe('verified')
})

test('another secret does not verify', () => {
  const other = { ...credentials, secretAccessKey: new Secret('another') }
  expect(outcome(signed(), {}, secretOf(other))).toMatchObject({ kind: 'signatureMismatch', cause: 'signature' })
})

test('verifying with the secret of another access key is a mistake of ours', () => {
  expect(() => outcome(signed(), {}, secretOf({ ...credentials, accessKeyId: 'AKIAOTHER' }))).toThrow(/own access key/)
})

test.each<[string, (request: SignedRequest) => SignedRequest]>([
  ['method', (request) => ({ ...request, method: 'PUT' })],
  ['path', (request) => ({ ...request, target: '/x' })],
  ['query', (request) => ({ ...request, target: '/?a=b' })],
  ['body', (request) => ({ ...request, body: Buffer.from('{"SecretId":"databasf"}') })],
  ['no body', (request) => ({ ...request, body: Buffer.of() })],
  ['host', (request) => withHeader(request, 'Host', 'other.example')],
  ['operation', (request) => withHeader(request, 'X-Amz-Target', 'secretsmanager.DeleteSecret')],
  ['content type', (request) => withHeader(request, 'Content-Type', 'text/plain')],
  ['time', (request) => withHeader(request, 'X-Amz-Date', '20261123T014456Z')],
  ['second value', (request) => ({ ...request, headers: [...request.headers, 'X-Amz-Target', 'more'] })],
  ['region', (request) => inAuthorization(request, 'eu-central-1', 'eu-central-2')],
  ['last digit', (request) => inAuthorization(request, /.$/, (digit) => (digit === '0' ? '1' : '0'))],
  ['upper case', (request) => inAuthorization(request, /(?<=Signature=).*/, (digits) => digits.toUpperCase())],
  ['cut signature', (request) => inAuthorization(request, /.$/, '')],
])('an altered %s does not verify', (_, alter) => {
  const acceptsRegion = () => true
  expect(outcome(signed(), { acceptsRegion })).toBe('verified')
  expect(outcome(alter(signed()), { acceptsRegion })).toMatchObject({ kind: 'signatureMismatch', cause: 'signature' })
})

test('what stays out of the signature may change', () => {
  expect(outcome(withHeader(signed(), 'User-Agent', 'proxy'))).toBe('verified')
  expect(outcome({ ...signed(), headers: [...signed().headers, 'X-Forwarded-For', '10.0.0.1'] })).toBe('verified')
})

test('no byte of a signed request can change', () => {
  const request = signed()
  fc.assert(
    fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const body = Buffer.from(request.body)
      body[at] = (body[at] as number) ^ flip
      expect(outcome({ ...request, body })).toMatchObject({ kind: 'signatureMismatch' })
    }),
    { seed: 4 },
  )
})

test('a mismatch tells both canonical texts and prints neither token nor secret', () => {
  const as = { ...credentials, sessionToken: new Secret('CANARYTOKEN') }
  const request = signed(getSecretValue, scope, as)
  const refused = outcome({ ...request, method: 'PUT' })
  if (refused === 'verified' || refused.kind !== 'signatureMismatch') throw new Error('not refused')
  expect(refused.canonicalRequest.reveal()).toMatch(/^PUT\n\/\n\ncontent-type:application\/x-amz-json-1\.1\nhost:/)
  expect(refused.stringToSign).toMatch(
    /^AWS4-HMAC-SHA256\n20261123T014455Z\n20261123\/eu-central-1\/secretsmanager\/aws4_/,
  )
  expect(JSON.stringify([refused, claimOf(request), secretOf()])).not.toMatch(/CANARY|wJalr/)
})

test('a stated payload hash has to be that of the body', () => {
  const stated = (value: string) => [...getSecretValue.headers, 'X-Amz-Content-Sha256', value]
  const request = (value: string) => signed({ ...getSecretValue, headers: stated(value) })
  const right = hash('sha256', getSecretValue.body)
  expect(outcome(request(right))).toBe('verified')
  const ofNothing = hash('sha256', '')
  expect(outcome(request(ofNothing))).toMatchObject({ kind: 'signatureMismatch', cause: 'payloadHash' })
  expect(outcome({ ...request(ofNothing), body: Buffer.of() })).toMatchObject({
    kind: 'signatureMismatch',
    cause: 'signature',
  })
  for (const value of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', '', right.toUpperCase()]) {
    expect(outcome(request(value))).toEqual({ kind: 'unsupportedPayload' })
  }
})

test('a signed header that is not there does not verify, though its emptiness was signed', () => {
  const request = signed({ ...getSecretValue, headers: [...getSecretValue.headers, 'X-Foo', ''] })
  expect(outcome(request)).toBe('verified')
  const at = request.headers.indexOf('X-Foo')
  expect(outcome({ ...request, headers: request.headers.toSpliced(at, 2) })).toMatchObject({
    cause: 'signedHeaderMissing',
  })
})

test('bytes beyond ASCII in a header are hashed as they came', () => {
  const utf8 = signed({ ...getSecretValue, headers: [...getSecretValue.headers, 'X-Name', latin1('Gödel')] })
  expect(outcome(utf8)).toBe('verified')
  expect(outcome(withHeader(utf8, 'X-Name', 'Gödel'))).toMatchObject({ kind: 'signatureMismatch' })
})

test('the window is closed on both sides to the second', () => {
  const at = (offsetSeconds: number) =>
    outcome(signed(getSecretValue, { ...scope, nowMs: nowMs + offsetSeconds * 1_000 }))
  expect(at(-900)).toBe('verified')
  expect(at(900)).toBe('verified')
  expect(at(-901)).toEqual({ kind: 'expired', timestamp: nowMs - 901_000, nowMs, windowMs: 900_000 })
  expect(at(901)).toEqual({ kind: 'notYetCurrent', timestamp: nowMs + 901_000, nowMs, windowMs: 900_000 })
  expect(() => outcome(signed(), { nowMs: Number.NaN })).toThrow(/real moment/)
})

test('a presigned request lives as long as declared, or through the window', () => {
  const later = (seconds: number, presignedLifetime: Rules['presignedLifetime'], declared = 60) =>
    outcome(presigned(declared), { nowMs: nowMs + seconds * 1_000, presignedLifetime })
  expect(later(60, 'declared')).toBe('verified')
  expect(later(61, 'declared')).toMatchObject({ kind: 'expired', windowMs: 60_000 })
  expect(later(61, 'window')).toBe('verified')
  expect(later(604_800, 'declared', 604_800)).toBe('verified')
  expect(later(901, 'window', 604_800)).toMatchObject({ kind: 'expired', windowMs: 900_000 })
  expect(later(-901, 'declared')).toMatchObject({ kind: 'notYetCurrent', windowMs: 900_000 })
})

test('every fault of a scope is told at once', () => {
  const claim = claimOf(signed())
  expect(checkClaim(claim, rules)).toBeUndefined()
  const wrong = { ...claim, region: 'mars', service: 'kms', terminator: 'aws5_request', date: '20261122' }
  expect(checkClaim(wrong, rules)).toEqual({
    kind: 'wrongScope',
    faults: { region: true, service: 'secretsmanager', terminator: true, date: true },
  })
  for (const region of ['', 'EU-CENTRAL-1', 'a'.repeat(65)]) {
    expect(checkClaim({ ...claim, region }, { ...rules, acceptsRegion: () => true })).toMatchObject({
      faults: { region: true },
    })
  }
  for (const date of ['', '2026112', '20261123T', '20261124']) {
    expect(checkClaim({ ...claim, date }, rules)).toMatchObject({ faults: { date: true } })
  }
})

test('verify itself refuses a scope and a time that checkClaim refuses', () => {
  expect(outcome(signed(), { service: 'kms' })).toEqual({ kind: 'wrongScope', faults: { service: 'kms' } })
  expect(outcome(signed(), { nowMs: nowMs + 901_000 })).toMatchObject({ kind: 'expired' })
})

test('a presigned request is bound to its query, host and body', () => {
  const request = presigned()
  expect(outcome(request)).toBe('verified')
  for (const altered of [
    { ...request, target: request.target.replace('GetCallerIdentity', 'GetSessionToken') },
    { ...request, target: `${request.target}&More=1` },
    { ...request, target: request.target.replace('X-Amz-Expires=60', 'X-Amz-Expires=61') },
    { ...request, target: request.target.replace('T014455Z', 'T014456Z') },
    { ...request, headers: ['Host', 'other.example'] },
    { ...request, body: Buffer.from('x') },
  ]) {
    expect(outcome(altered)).toMatchObject({ kind: 'signatureMismatch' })
  }
})

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  const at = request.headers.indexOf(name)
  expect(at).toBeGreaterThanOrEqual(0)
  return { ...request, headers: request.headers.with(at + 1, value) }
}

function inAuthorization(
  request: SignedRequest,
  from: string | RegExp,
  to: string | ((part: string) => string),
): SignedRequest {
  const value = request.headers[request.headers.indexOf('Authorization') + 1] as string
  const altered = value.replace(from, to as string)
  expect(altered).not.toBe(value)
  return withHeader(request, 'Authorization', altered)
}

test('repeated headers are joined in order', () => {
  const index = indexHeaders(['A', '1', 'b', '2', 'a', '  3  4 '])
  expect(index.header('a')).toBe('1,3 4')
})
