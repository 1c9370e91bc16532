import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import { account, allowing, type Directory, openDirectory, policyOf } from '../identities/directory.test-support.ts'
import { type Issuer, openIssuer, part, signed } from './web-identity.test-support.ts'

const anonymous: Caller = { principal: { type: 'anonymous' }, account: '', arn: '', id: '', accessKeyId: '' }

let directory: Directory
let issuer: Issuer
let provider: string
beforeAll(async () => {
  directory = await openDirectory({ dev: true })
  issuer = await openIssuer()
  const Url = `https://${issuer.name}`
  const made = await directory.iam('CreateOpenIDConnectProvider', { Url, ClientIDList: ['sts.amazonaws.com', 'other'] })
  provider = made.OpenIDConnectProviderArn
  await federatedRole('ci', { StringLike: { [`${issuer.name}:sub`]: 'repo:team/*' } })
})
afterAll(async () => {
  await issuer.close()
  await directory.harness.close()
})

function federatedRole(name: string, Condition: object, more: readonly string[] = []): Promise<string> {
  const Action = ['sts:AssumeRoleWithWebIdentity', ...more]
  const trust = policyOf({ Effect: 'Allow', Principal: { Federated: provider }, Action, Condition })
  return directory.role(name, trust, allowing('iam:ListUsers'))
}

const seconds = () => Math.floor(Date.now() / 1000)
const claims = (more: Record<string, unknown> = {}) => ({
  iss: issuer.url,
  sub: 'repo:team/app',
  aud: 'sts.amazonaws.com',
  iat: seconds(),
  exp: seconds() + 600,
  ...more,
})

const assume = (token: string, role = 'ci', more: { DurationSeconds?: number; Policy?: string } = {}) =>
  directory.sts(
    'AssumeRoleWithWebIdentity',
    {
      RoleArn: `arn:aws:iam::${account}:role/${role}`,
      RoleSessionName: 'build',
      WebIdentityToken: new Secret(token),
      ...more,
    },
    anonymous,
  )

const refusedToken = (text: string) => ({ code: 'InvalidIdentityTokenException', text })
const notAuthorized = { code: 'AccessDenied', text: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' }

test('a token that the role trusts makes a session', async () => {
  const answer = await assume(`${issuer.token(claims())}\n`)
  expect(answer).toMatchObject({
    SubjectFromWebIdentityToken: 'repo:team/app',
    Audience: 'sts.amazonaws.com',
    Provider: provider,
    AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/ci/build` },
  })
  const caller = await directory.caller(answer.Credentials)
  expect(caller).toMatchObject({ arn: answer.AssumedRoleUser.Arn })
  await directory.iam('ListUsers', {}, caller)
  const [event] = (await directory.harness.events()).filter(
    ({ eventName }) => eventName === 'AssumeRoleWithWebIdentity',
  )
  expect(event).toMatchObject({ recipientAccountId: account, additionalEventData: { subject: 'repo:team/app' } })
  expect(JSON.stringify(event)).not.toContain(answer.Credentials.SessionToken)
})

test('keys are asked for once, and again when the provider has new ones', async () => {
  await assume(issuer.token(claims()))
  const { asked } = issuer
  await assume(issuer.token(claims()))
  expect(issuer.asked).toBe(asked)
})

test('the subject must be one that the trust policy says', async () => {
  await expect(assume(issuer.token(claims({ sub: 'repo:others/app' })))).rejects.toMatchObject(notAuthorized)
})

test('a role that is not there answers like one that trusts nobody, and only to bearers of good tokens', async () => {
  await expect(assume(issuer.token(claims()), 'nothing')).rejects.toMatchObject(notAuthorized)
  await expect(assume('x.y.z', 'nothing')).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
})

test('claims are condition keys', async () => {
  const condition = {
    StringEquals: { [`${issuer.name}:environment`]: 'prod' },
    Bool: { [`${issuer.name}:protected`]: 'true' },
  }
  await federatedRole('claims', condition)
  await assume(issuer.token(claims({ environment: 'prod', protected: true })), 'claims')
  await expect(assume(issuer.token(claims({ environment: 'prod' })), 'claims')).rejects.toMatchObject(notAuthorized)
})

test('a claim in other letters is not the claim', async () => {
  const forged = { sub: 'repo:other/app', SUB: 'repo:team/app', Sub: 'repo:team/app' }
  await expect(assume(issuer.token(claims(forged)))).rejects.toMatchObject(notAuthorized)
  const { SUB, ...first } = { SUB: 'repo:other/app', ...claims() }
  await assume(issuer.token({ SUB, ...first }))
  await federatedRole('levels', { StringEquals: { [`${issuer.name}:level`]: 'high' } })
  await assume(issuer.token(claims({ Level: 'high' })), 'levels')
  for (const twice of [
    { Level: 'low', LEVEL: 'high' },
    { LEVEL: 'high', level: 'low' },
  ])
    await expect(assume(issuer.token(claims(twice)), 'levels')).rejects.toMatchObject(notAuthorized)
  await federatedRole('audience', { StringEquals: { [`${issuer.name}:oaud`]: 'other' } })
  const disguised = issuer.token(claims({ oaud: 'other', OAUD: 'other' }))
  await expect(assume(disguised, 'audience')).rejects.toMatchObject(notAuthorized)
})

test('tokens for others are refused', async () => {
  const wrong = refusedToken('Incorrect token audience')
  await expect(assume(issuer.token(claims({ aud: 'somebody' })))).rejects.toMatchObject(wrong)
  await expect(assume(issuer.token(claims({ azp: 'somebody' })))).rejects.toMatchObject(wrong)
  await assume(issuer.token(claims({ aud: ['somebody', 'other'] })))
  const other = { ...claims(), iss: 'https://issuer.example' }
  await expect(assume(issuer.token(other))).rejects.toMatchObject(
    refusedToken('No OpenIDConnect provider found in your account for https://issuer.example'),
  )
})

test('tokens of other times are refused', async () => {
  const exp = seconds() - 1
  await expect(assume(issuer.token(claims({ exp })))).rejects.toMatchObject({ code: 'ExpiredTokenException' })
  await expect(assume(issuer.token(claims({ nbf: seconds() + 900 })))).rejects.toMatchObject({
    code: 'InvalidIdentityTokenException',
  })
})

test.each(['iss', 'sub', 'aud', 'exp'])('a token without %s is refused', async (claim) => {
  await expect(assume(issuer.token(claims({ [claim]: undefined })))).rejects.toMatchObject(
    refusedToken(`Missing a required claim: ${claim}`),
  )
})

test('forged tokens are refused', async () => {
  const malformed = refusedToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  )
  const good = issuer.token(claims())
  const [, body = '', signature = ''] = good.split('.')
  const unsigned = `${part({ alg: 'none' })}.${body}.`
  await expect(assume(unsigned)).rejects.toMatchObject(malformed)
  await expect(assume(`${part({ alg: 'none' })}.${body}.${signature}`)).rejects.toMatchObject(malformed)
  const keys = (await (await fetch(`${issuer.url}/keys`)).json()) as { keys: object[] }
  const pem = createPublicKey({ key: keys.keys[0] as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const hmacText = `${part({ alg: 'HS256', kid: 'key-1' })}.${body}`
  const hmac = createHmac('sha256', pem).update(hmacText).digest('base64url')
  await expect(assume(`${hmacText}.${hmac}`)).rejects.toMatchObject(malformed)
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const own = signed(privateKey, { alg: 'RS256', kid: 'key-1', jwk: publicKey.export({ format: 'jwk' }) }, claims())
  await expect(assume(own)).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
  const altered = `${good.split('.')[0]}.${part(claims({ sub: 'repo:team/other' }))}.${signature}`
  await expect(assume(altered)).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
  await expect(assume(issuer.token(claims(), { crit: ['x'] }))).rejects.toMatchObject(malformed)
  for (const text of ['', '....', 'a.b', 'e30.e30.e30', 'x'.repeat(30_000)]) {
    await expect(assume(text)).rejects.toMatchObject(malformed)
  }
})

test('tags and a source identity come from the token, and need permission', async () => {
  const tagged = claims({
    'https://aws.amazon.com/tags': { principal_tags: { team: ['blue'] }, transitive_tag_keys: ['team'] },
    'https://aws.amazon.com/source_identity': 'ann',
  })
  await expect(assume(issuer.token(tagged))).rejects.toMatchObject(notAuthorized)
  const Condition = { StringEquals: { 'aws:RequestTag/team': 'blue', 'sts:SourceIdentity': 'ann' } }
  await federatedRole('tagged', Condition, ['sts:TagSession', 'sts:SetSourceIdentity'])
  const { Credentials } = await assume(issuer.token(tagged), 'tagged')
  expect((await directory.caller(Credentials)).session).toMatchObject({
    tags: { team: 'blue' },
    transitiveTagKeys: ['team'],
    sourceIdentity: 'ann',
  })
  const broken = claims({ 'https://aws.amazon.com/tags': { principal_tags: { team: ['blue', 'red'] } } })
  await expect(assume(issuer.token(broken), 'tagged')).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
})

test('session policies and durations hold here too', async () => {
  const { Credentials } = await assume(issuer.token(claims()), 'ci', { Policy: allowing('kms:*') })
  await expect(directory.iam('ListUsers', {}, await directory.caller(Credentials))).rejects.toMatchObject({
    code: 'AccessDenied',
  })
  await expect(assume(issuer.token(claims()), 'ci', { DurationSeconds: 3601 })).rejects.toMatchObject({
    code: 'ValidationError',
  })
})

test.each(['down', 'huge', 'not-json'] as const)('a provider whose keys are %s proves nothing', async (broken) => {
  const other = await openIssuer()
  other.broken = broken
  const Url = `https://${other.name}`
  await directory.iam('CreateOpenIDConnectProvider', { Url, ClientIDList: ['sts.amazonaws.com'] })
  await expect(assume(other.token(claims({ iss: other.url })))).rejects.toMatchObject({
    code: 'InvalidIdentityTokenException',
    text: expect.stringContaining('retrieve verification key') as string,
  })
  const { asked } = other
  await expect(assume(other.token(claims({ iss: other.url })))).rejects.toMatchObject({
    code: 'InvalidIdentityTokenException',
  })
  expect(other.asked).toBe(asked)
  await other.close()
})

test('a provider that is deleted is trusted no longer', async () => {
  const other = await openIssuer()
  const Url = `https://${other.name}`
  const made = await directory.iam('CreateOpenIDConnectProvider', { Url, ClientIDList: ['sts.amazonaws.com'] })
  const Principal = { Federated: made.OpenIDConnectProviderArn }
  const trust = policyOf({ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity' })
  await directory.role('for-a-while', trust)
  const token = other.token(claims({ iss: other.url }))
  await assume(token, 'for-a-while')
  await directory.iam('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: made.OpenIDConnectProviderArn })
  await expect(assume(token, 'for-a-while')).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
  await other.close()
})
