import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import {
  account,
  allowing,
  type Directory,
  openDirectory,
  policyOf,
  trusting,
} from '../identities/directory.test-support.ts'
import type { GetWebIdentityTokenRequest } from '../models/sts.ts'
import { publishedIssuer } from './published-issuer.ts'

let server: Server
let directory: Directory
let ann: Caller
let issuer: string
beforeAll(async () => {
  server = createServer((request, response) => {
    void publishedIssuer(request.url ?? '', directory.harness.platform).then((found) => {
      response.statusCode = found ? 200 : 404
      response.end(JSON.stringify(found ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  directory = await openDirectory({ dev: true, publicUrl: () => publicUrl })
  ann = await directory.user('ann')
  issuer = (await directory.iam('EnableOutboundWebIdentityFederation', {})).IssuerIdentifier
})
afterAll(async () => {
  await directory.harness.close()
  await new Promise((resolve) => server.close(resolve))
})

const namespace = 'https://sts.amazonaws.com/'

interface Claims {
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly [claim: string]: unknown
}

async function token(input: Partial<GetWebIdentityTokenRequest> = {}, as = ann): Promise<string> {
  const request = { Audience: ['app'], SigningAlgorithm: 'RS256', ...input }
  const { WebIdentityToken } = await directory.sts('GetWebIdentityToken', request, as)
  return (WebIdentityToken as unknown as Secret<string>).reveal()
}

const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
const claimsOf = (text: string) => decoded(text.split('.')[1]) as Claims
const keyIdOf = (text: string) => (decoded(text.split('.')[0]) as { kid: string }).kid

interface KeySet {
  readonly keys: readonly (JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: string })[]
}

async function published(document: string, of = issuer): Promise<unknown> {
  return publishedIssuer(`${new URL(of).pathname}/.well-known/${document}`, directory.harness.platform)
}

/** Verifies as others do: by the keys that the issuer publishes, with nothing of ours. */
async function verified(text: string): Promise<boolean> {
  const [head = '', body = '', tail = ''] = text.split('.')
  const { alg, kid } = decoded(head) as { alg: string; kid: string }
  const jwk = ((await published('jwks.json')) as KeySet).keys.find((key) => key.kid === kid)
  expect(jwk).toMatchObject({ alg, use: 'sig' })
  expect(jwk).not.toHaveProperty('d')
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const hash = { RS256: 'sha256', ES384: 'sha384' }[alg]
  const signature = Buffer.from(tail, 'base64url')
  return verify(hash, Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

test.each(['RS256', 'ES384'])('a token signed with %s is verified by what the issuer publishes', async (algorithm) => {
  const text = await token({ SigningAlgorithm: algorithm })
  expect(await verified(text)).toBe(true)
  const [head, , tail] = text.split('.')
  const forged = { ...claimsOf(text), sub: `arn:aws:iam::${account}:user/eve` }
  expect(await verified(`${head}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${tail}`)).toBe(false)
})

test('the claims say who the caller is, for whom and how long', async () => {
  await directory.iam('TagUser', { UserName: 'ann', Tags: [{ Key: 'team', Value: 'web' }] })
  const before = Math.floor(Date.now() / 1000)
  const claims = claimsOf(await token({ Tags: [{ Key: 'job', Value: '7' }] }))
  expect(claims).toEqual({
    iss: issuer,
    aud: 'app',
    sub: ann.arn,
    iat: expect.any(Number) as number,
    exp: claims.iat + 300,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    [namespace]: {
      aws_account: account,
      source_region: 'us-east-1',
      principal_tags: { team: 'web' },
      request_tags: { job: '7' },
    },
  })
  expect(claims.iat).toBeGreaterThanOrEqual(before)
  const long = claimsOf(await token({ Audience: ['one', 'two'], DurationSeconds: 3600 }))
  expect(long).toMatchObject({ aud: ['one', 'two'], exp: long.iat + 3600 })
  expect(long.jti).not.toBe(claims.jti)
})

test('a session of a role is the role, with its tags, and no token outlives it', async () => {
  const trust = trusting(ann.arn, { action: ['sts:AssumeRole', 'sts:TagSession'] })
  const arn = await directory.role('worker', trust, allowing('*'))
  const Tags = [{ Key: 'stage', Value: 'test' }]
  const asked = { RoleArn: arn, RoleSessionName: 'one', DurationSeconds: 900, Tags }
  const { Credentials } = await directory.sts('AssumeRole', asked, ann)
  const session = await directory.caller(Credentials)
  expect(claimsOf(await token({}, session))).toMatchObject({
    sub: arn,
    [namespace]: {
      principal_tags: { stage: 'test' },
      original_session_exp: new Date(Credentials.Expiration).toISOString(),
    },
  })
  await expect(token({ DurationSeconds: 901 }, session)).rejects.toMatchObject({
    code: 'SessionDurationEscalationException',
  })
})

/** A role that lets in who brings a token that names Ann, and how it is assumed. */
async function trustingAnn(at: Directory) {
  const name = issuer.replace('http://', '')
  const made = await at.iam('CreateOpenIDConnectProvider', { Url: `https://${name}`, ClientIDList: ['other'] })
  const trust = policyOf({
    Effect: 'Allow',
    Principal: { Federated: made.OpenIDConnectProviderArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:sub`]: ann.arn } },
  })
  const RoleArn = await at.role('guest', trust)
  const anonymous: Caller = { principal: { type: 'anonymous' }, account: '', arn: '', id: '', accessKeyId: '' }
  return (text: string) => {
    const WebIdentityToken = new Secret(text)
    return at.sts('AssumeRoleWithWebIdentity', { RoleArn, RoleSessionName: 'ann', WebIdentityToken }, anonymous)
  }
}

test('the server that issued a token does not take it: no session outlives what it came from so', async () => {
  const assume = await trustingAnn(directory)
  await expect(assume(await token({ Audience: ['other'] }))).rejects.toMatchObject({
    code: 'InvalidIdentityTokenException',
    text: 'Tokens that this service issued are not accepted by it.',
  })
})

test('another Keyturn lets in whom a token names', async () => {
  const other = await openDirectory({ dev: true })
  const assume = await trustingAnn(other)
  const first = await token({ Audience: ['other'] })
  const second = await token({ Audience: ['other'], SigningAlgorithm: 'ES384' })
  for (const text of [first, second])
    expect(await assume(text)).toMatchObject({ SubjectFromWebIdentityToken: ann.arn, Audience: 'other' })
  await expect(assume(await token())).rejects.toMatchObject({ text: 'Incorrect token audience' })
  const bob = await directory.user('bob')
  await expect(assume(await token({ Audience: ['other'] }, bob))).rejects.toMatchObject({ code: 'AccessDenied' })
  await other.harness.close()
})

test('permission may depend on audience, duration, algorithm and tags', async () => {
  const condition = {
    'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'app' },
    StringEquals: { 'sts:SigningAlgorithm': 'ES384' },
    NumericLessThanEquals: { 'sts:DurationSeconds': 300 },
  }
  const carl = await directory.user('carl', allowing('sts:GetWebIdentityToken', '*', condition))
  const good = { SigningAlgorithm: 'ES384' }
  await token(good, carl)
  const denied = { code: 'AccessDenied' }
  await expect(token({ ...good, Audience: ['app', 'more'] }, carl)).rejects.toMatchObject(denied)
  await expect(token({ ...good, DurationSeconds: 301 }, carl)).rejects.toMatchObject(denied)
  await expect(token({}, carl)).rejects.toMatchObject(denied)
  await expect(token({ ...good, Tags: [{ Key: 'a', Value: 'b' }] }, carl)).rejects.toMatchObject({
    ...denied,
    text: expect.stringContaining('sts:TagGetWebIdentityToken') as string,
  })
})

test('what cannot be is refused', async () => {
  await expect(token({ SigningAlgorithm: 'HS256' })).rejects.toMatchObject({ code: 'ValidationError' })
  const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: 'x'.repeat(256) }))
  await expect(token({ Tags })).rejects.toMatchObject({ code: 'JWTPayloadSizeExceededException' })
  const twice = [
    { Key: 'a', Value: '1' },
    { Key: 'A', Value: '2' },
  ]
  await expect(token({ Tags: twice })).rejects.toMatchObject({ code: 'InvalidParameterValue' })
})

test('the audit trail knows which token was given, and not the token', async () => {
  const text = await token()
  const events = await directory.harness.events()
  const event = events.findLast(({ eventName }) => eventName === 'GetWebIdentityToken')
  expect(event).toMatchObject({ responseElements: { tokenId: claimsOf(text).jti } })
  expect(JSON.stringify(events)).not.toContain(text.split('.')[2])
})

test('the issuer is described, and nothing else is published', async () => {
  expect(await published('openid-configuration')).toMatchObject({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['RS256', 'ES384'],
  })
  const { platform } = directory.harness
  const path = new URL(issuer).pathname
  const wellKnown = '/.well-known/jwks.json'
  const unknown = `${path.slice(0, -1)}${path.endsWith('0') ? '1' : '0'}${wellKnown}`
  for (const other of [path, `${path}/`, `${path}/.well-known/`, wellKnown, `${path}${wellKnown}/`, unknown])
    expect([other, await publishedIssuer(other, platform)]).toEqual([other, undefined])
})

test('an account turns tokens on and off, keeps its issuer, and has keys of its own', async () => {
  const root = directory.harness.root('222222222222')
  const enable = () => directory.iam('EnableOutboundWebIdentityFederation', {}, root)
  const disable = () => directory.iam('DisableOutboundWebIdentityFederation', {}, root)
  const info = () => directory.iam('GetOutboundWebIdentityFederationInfo', {}, root)
  const disabled = { code: 'OutboundWebIdentityFederationDisabledException' }
  await expect(info()).rejects.toMatchObject({ code: 'FeatureDisabledException' })
  await expect(token({}, root)).rejects.toMatchObject(disabled)
  const { IssuerIdentifier } = await enable()
  expect(IssuerIdentifier).not.toBe(issuer)
  expect(await info()).toEqual({ IssuerIdentifier, JwtVendingEnabled: true })
  await expect(enable()).rejects.toMatchObject({ code: 'FeatureEnabledException' })
  const kid = keyIdOf(await token({ SigningAlgorithm: 'ES384' }, root))
  expect(((await published('jwks.json')) as KeySet).keys.map((key) => key.kid)).not.toContain(kid)
  await disable()
  await expect(disable()).rejects.toMatchObject({ code: 'FeatureDisabledException' })
  await expect(token({}, root)).rejects.toMatchObject(disabled)
  expect(await published('jwks.json', IssuerIdentifier)).toMatchObject({ keys: [{ kid }] })
  expect(await enable()).toEqual({ IssuerIdentifier })
})

test('a server that does not know its URL issues nothing', async () => {
  const nameless = await openDirectory()
  await expect(nameless.iam('EnableOutboundWebIdentityFederation', {})).rejects.toMatchObject({
    text: expect.stringContaining('publicUrl') as string,
  })
  await nameless.harness.close()
})

test('keys change every 30 days; the next one is published a day before it signs', async () => {
  const { clock } = directory.harness
  const day = 24 * 60 * 60 * 1000
  const pass = (days: number) => clock.advanceTo(clock.now() + days * day)
  const kid = async () => keyIdOf(await token({ SigningAlgorithm: 'ES384' }))
  const kids = async () => {
    const { keys } = (await published('jwks.json')) as KeySet
    return keys.filter(({ alg }) => alg === 'ES384').map((key) => key.kid)
  }
  const first = await kid()
  pass(29)
  expect(await kid()).toBe(first)
  pass(1)
  expect(await kid()).toBe(first)
  const [second, ...others] = await kids()
  expect(others).toEqual([first])
  pass(1)
  expect(await kid()).toBe(second)
  expect(await kids()).toEqual([second, first])
  pass(30)
  expect(await kid()).toBe(second)
  expect(await kids()).not.toContain(first)
  pass(1)
  expect(await kid()).not.toBe(second)
})
