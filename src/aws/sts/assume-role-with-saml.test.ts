import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import { account, allowing, type Directory, openDirectory, policyOf } from '../identities/directory.test-support.ts'
import { nameQualifier } from '../iam/saml-metadata.ts'
import {
  certificate,
  issuer,
  metadataOf,
  posted,
  type ResponseOptions,
  responseOf,
  signElement,
} from './saml.test-support.ts'

const anonymous: Caller = { principal: { type: 'anonymous' }, account: '', arn: '', id: '', accessKeyId: '' }

let directory: Directory
let provider: string
let count = 0
beforeAll(async () => {
  directory = await openDirectory()
  const SAMLMetadataDocument = metadataOf(issuer, certificate)
  const made = await directory.iam('CreateSAMLProvider', { Name: 'Corp', SAMLMetadataDocument })
  provider = made.SAMLProviderArn
  await samlRole('staff', { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } })
})
afterAll(() => directory.harness.close())

function samlRole(name: string, Condition: object, more: readonly string[] = []): Promise<string> {
  const Action = ['sts:AssumeRoleWithSAML', ...more]
  const trust = policyOf({ Effect: 'Allow', Principal: { Federated: provider }, Action, Condition })
  return directory.role(name, trust, allowing('iam:ListUsers'))
}

const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`

function response(options: Partial<ResponseOptions> = {}, role = 'staff'): string {
  const attributes = { RoleSessionName: ['ann'], Role: [`${roleArn(role)},${provider}`], ...options.attributes }
  return responseOf({ id: `_a${count++}`, ...options, attributes })
}

const signed = (options: Partial<ResponseOptions> = {}, role = 'staff') => {
  const xml = response(options, role)
  return signElement(xml, /<saml:Assertion ID="([^"]+)"/.exec(xml)?.[1] ?? '')
}

const assume = (xml: string, role = 'staff', more: { DurationSeconds?: number; PrincipalArn?: string } = {}) =>
  directory.sts(
    'AssumeRoleWithSAML',
    { RoleArn: roleArn(role), PrincipalArn: provider, SAMLAssertion: new Secret(posted(xml)), ...more },
    anonymous,
  )

const refused = (text: string) => ({ code: 'InvalidIdentityTokenException', text })
const notAuthorized = { code: 'AccessDenied', text: 'Not authorized to perform sts:AssumeRoleWithSAML' }

test('a signed assertion makes a session, once', async () => {
  const xml = signed()
  const answer = await assume(xml)
  expect(answer).toMatchObject({
    Subject: 'ann@example.com',
    SubjectType: 'persistent',
    Issuer: issuer,
    Audience: 'https://signin.aws.amazon.com/saml',
    NameQualifier: nameQualifier(issuer, account, 'Corp'),
    AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/staff/ann` },
  })
  await directory.iam('ListUsers', {}, await directory.caller(answer.Credentials))
  await expect(assume(xml)).rejects.toMatchObject(refused('The SAML assertion was used before.'))
})

test('a pair may stand in either order, and must be in the assertion', async () => {
  await assume(signed({ attributes: { Role: [`x,y`, `${provider}, ${roleArn('staff')}`] } }))
  await samlRole('other', {})
  await expect(assume(signed(), 'other')).rejects.toMatchObject(notAuthorized)
  await expect(assume(signed({}, 'nothing'), 'nothing')).rejects.toMatchObject(notAuthorized)
})

test('unsigned and foreign assertions are refused', async () => {
  await expect(assume(response())).rejects.toMatchObject(refused('Response signature invalid'))
  await expect(assume(signed({ issuer: 'https://other.example' }))).rejects.toMatchObject(
    refused('Issuer not present in specified provider'),
  )
  const PrincipalArn = `arn:aws:iam::${account}:saml-provider/Nobody`
  await expect(assume(signed(), 'staff', { PrincipalArn })).rejects.toMatchObject(
    refused("Specified provider doesn't exist"),
  )
})

test('assertions for others, and of other times, are refused', async () => {
  const elsewhere = refused('The SAML assertion is not meant for this service.')
  for (const recipient of ['https://other.example/saml', 'https://signin.aws.amazon.com.evil.example/saml']) {
    await expect(assume(signed({ recipient }))).rejects.toMatchObject(elsewhere)
  }
  await expect(assume(signed({ audience: 'urn:other' }))).rejects.toMatchObject(elsewhere)
  const between = '</saml:Audience></saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>'
  await expect(assume(signed({ audience: `urn:amazon:webservices${between}urn:other` }))).rejects.toMatchObject(
    elsewhere,
  )
  await assume(signed({ audience: 'urn:other</saml:Audience><saml:Audience>urn:amazon:webservices' }))
  const now = Date.now()
  const times = [
    { issuedAt: now - 301_000, notAfter: now + 60_000 },
    { issuedAt: now - 60_000, notAfter: now - 1000 },
    { issuedAt: now + 600_000 },
    { sessionNotAfter: now - 1000 },
  ]
  for (const options of times) {
    await expect(assume(signed(options))).rejects.toMatchObject({ code: 'ExpiredTokenException' })
  }
})

test('directory attributes and the subject are condition keys', async () => {
  const Condition = { StringEquals: { 'saml:mail': 'ann@example.com', 'saml:sub_type': 'persistent' } }
  await samlRole('by-mail', Condition)
  const mail = 'urn:oid:0.9.2342.19200300.100.1.3'
  await assume(signed({ attributes: { [mail]: ['ann@example.com'] } }, 'by-mail'), 'by-mail')
  await expect(
    assume(signed({ attributes: { [mail]: ['eve@example.com'] } }, 'by-mail'), 'by-mail'),
  ).rejects.toMatchObject(notAuthorized)
})

test('tags and a source identity come from the assertion', async () => {
  await samlRole('tagged', {}, ['sts:TagSession', 'sts:SetSourceIdentity'])
  const attributes = { 'PrincipalTag:team': ['blue'], TransitiveTagKeys: ['team'], SourceIdentity: ['ann'] }
  const { Credentials } = await assume(signed({ attributes }, 'tagged'), 'tagged')
  expect((await directory.caller(Credentials)).session).toMatchObject({
    tags: { team: 'blue' },
    transitiveTagKeys: ['team'],
    sourceIdentity: 'ann',
  })
  await expect(assume(signed({ attributes }))).rejects.toMatchObject(notAuthorized)
  for (const wrong of [
    { RoleSessionName: ['a', 'b'] },
    { RoleSessionName: ['x y'] },
    { 'PrincipalTag:team': ['a', 'b'] },
  ]) {
    await expect(assume(signed({ attributes: wrong }))).rejects.toMatchObject({ code: 'InvalidIdentityTokenException' })
  }
})

test('a session ends with the subject’s own at the provider', async () => {
  const sessionNotAfter = Date.now() + 1_000_000
  const { Credentials } = await assume(signed({ sessionNotAfter }))
  expect(Credentials.Expiration).toBeLessThanOrEqual(sessionNotAfter)
  await expect(assume(signed(), 'staff', { DurationSeconds: 3601 })).rejects.toMatchObject({ code: 'ValidationError' })
})

test('providers are kept, and refused where their metadata is none', async () => {
  const { iam } = directory
  const shown = await iam('GetSAMLProvider', { SAMLProviderArn: provider })
  expect(shown).toMatchObject({
    SAMLMetadataDocument: metadataOf(issuer, certificate),
    ValidUntil: Date.parse('2120-01-01'),
  })
  expect((await iam('ListSAMLProviders', {})).SAMLProviderList).toMatchObject([{ Arn: provider }])
  await iam('TagSAMLProvider', { SAMLProviderArn: provider, Tags: [{ Key: 'a', Value: 'b' }] })
  expect((await iam('ListSAMLProviderTags', { SAMLProviderArn: provider })).Tags).toEqual([{ Key: 'a', Value: 'b' }])
  for (const SAMLMetadataDocument of [
    '<a/>',
    metadataOf(issuer),
    metadataOf(issuer, 'AAAA'),
    metadataOf('', certificate),
  ]) {
    await expect(iam('CreateSAMLProvider', { Name: 'Bad', SAMLMetadataDocument })).rejects.toMatchObject({
      code: 'InvalidInputException',
      text: 'Could not parse metadata',
    })
  }
  const SAMLMetadataDocument = metadataOf('https://new.example', certificate)
  await iam('UpdateSAMLProvider', { SAMLProviderArn: provider, SAMLMetadataDocument })
  await expect(assume(signed())).rejects.toMatchObject(refused('Issuer not present in specified provider'))
  await iam('DeleteSAMLProvider', { SAMLProviderArn: provider })
  await expect(iam('GetSAMLProvider', { SAMLProviderArn: provider })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
})
