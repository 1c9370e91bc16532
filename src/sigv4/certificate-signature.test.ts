import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { readCertificateClaim, signWithCertificate, verifyByKey } from './certificate-signature.ts'
import type { SignedRequest } from './request.ts'
import type { Rules } from './verify.ts'

const nowMs = Date.UTC(2026, 10, 23, 2)
const rules: Rules = {
  nowMs,
  windowMs: 300_000,
  service: 'rolesanywhere',
  acceptsRegion: (region) => region === 'us-east-1',
  presignedLifetime: 'window',
}
const keys = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const certificate = Buffer.from('certificate')
const chain = [Buffer.from('one'), Buffer.from('two')]

function signedBy(type: keyof typeof keys, more: Partial<SignedRequest> = {}): SignedRequest {
  const plain = {
    method: 'POST',
    target: '/sessions?profileArn=arn%3Aaws&roleArn=x',
    headers: ['Host', 'localhost', 'Content-Type', 'application/json'],
    body: Buffer.from('{}'),
  }
  const { privateKey } = keys[type]
  const credentials = { serial: '2060741', privateKey, certificate, chain }
  const scope = { region: 'us-east-1', service: 'rolesanywhere', nowMs }
  return { ...plain, headers: signWithCertificate(plain, credentials, scope), ...more }
}

function verdict(request: SignedRequest, type: keyof typeof keys, serial = '2060741', over: Partial<Rules> = {}) {
  const read = readCertificateClaim(request)
  if (!('certified' in read)) return read
  return verifyByKey(request, read.certified, { publicKey: keys[type].publicKey, serial }, { ...rules, ...over })
}

test.each(['rsa', 'ec'] as const)('what is signed with an %s key verifies', (type) => {
  const request = signedBy(type)
  const read = readCertificateClaim(request)
  expect('certified' in read && read.certified.certificates).toEqual([certificate, ...chain])
  expect(verdict(request, type)).toEqual({ verified: true })
})

const mismatch = { refused: { kind: 'signatureMismatch' } }

test('nothing else does', () => {
  expect(verdict(signedBy('rsa', { body: Buffer.from('{ }') }), 'rsa')).toMatchObject(mismatch)
  expect(verdict(signedBy('rsa', { target: '/sessions?profileArn=arn%3Aaws&roleArn=y' }), 'rsa')).toMatchObject(
    mismatch,
  )
  expect(verdict(signedBy('rsa'), 'ec')).toMatchObject(mismatch)
  expect(verdict(signedBy('rsa'), 'rsa', '7')).toMatchObject(mismatch)
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const read = readCertificateClaim(signedBy('rsa'))
  if (!('certified' in read)) throw new Error('no claim')
  const key = { publicKey: other.publicKey, serial: '2060741' }
  expect(verifyByKey(signedBy('rsa'), read.certified, key, rules)).toMatchObject(mismatch)
})

function withHeader(name: string, value: string | undefined): SignedRequest {
  const { headers, ...request } = signedBy('ec')
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) kept.push(headers[at] as string, headers[at + 1] as string)
    else if (value !== undefined) kept.push(name, value)
  }
  return { ...request, headers: kept }
}

test('another certificate, or chain, than was signed is refused', () => {
  expect(verdict(withHeader('X-Amz-X509', 'b3RoZXI='), 'ec')).toMatchObject(mismatch)
  expect(verdict(withHeader('X-Amz-X509-Chain', 'b3RoZXI='), 'ec')).toMatchObject(mismatch)
  expect(verdict(withHeader('X-Amz-X509-Chain', undefined), 'ec')).toHaveProperty('refused')
})

test.each([
  ['no certificate', 'X-Amz-X509', undefined],
  ['no base64', 'X-Amz-X509', '<pem>'],
  ['too long a certificate', 'X-Amz-X509', 'A'.repeat(20_000)],
  ['too long a chain', 'X-Amz-X509-Chain', 'QQ==,QQ==,QQ==,QQ==,QQ==,QQ=='],
  ['an empty link', 'X-Amz-X509-Chain', 'QQ==,,QQ=='],
])('%s is refused', (_what, name, value) => {
  expect(readCertificateClaim(withHeader(name, value))).toHaveProperty('refused')
})

test('it is good for its time, service and region', () => {
  const request = signedBy('ec')
  expect(verdict(request, 'ec', undefined, { nowMs: nowMs + 301_000 })).toMatchObject({ refused: { kind: 'expired' } })
  expect(verdict(request, 'ec', undefined, { service: 'kms' })).toMatchObject({ refused: { kind: 'wrongScope' } })
  expect(verdict(request, 'ec', undefined, { acceptsRegion: () => false })).toHaveProperty('refused')
})

test('a request of another kind is for others to judge', () => {
  const { headers: _headers, ...request } = signedBy('ec')
  expect(readCertificateClaim({ ...request, headers: ['Host', 'x'] })).toEqual({ otherwise: true })
})
