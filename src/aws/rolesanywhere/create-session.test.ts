import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../../test/harness.ts'
import { readCertificate } from '../../x509/certificate.ts'
import { mint, mintList, pair, pem, type Wanted } from '../../x509/minting.test-support.ts'
import type { Caller } from '../call.ts'
import { openIdentities } from '../identities/open-identities.ts'
import { iam } from '../iam/index.ts'
import { sts } from '../sts/index.ts'
import { rolesanywhere } from './index.ts'
import type { CreateSessionResponse } from './session-shapes.ts'

const account = '111111111111'
const rootName = { O: 'Example', CN: 'root' }
const rootKey = pair()
const now = Date.now()
const validity = { notBefore: now - 86_400_000, notAfter: now + 86_400_000 }
const root = pem(
  mint({ subject: rootName, issuer: rootName, key: rootKey, signer: rootKey, authority: true, ...validity }),
)

let harness: Harness
let admin: Caller
let anchorArn: string
let anchorId: string
let profileArn: string
let profileId: string
const roleArn = `arn:aws:iam::${account}:role/server`

type Answer = Record<string, Record<string, string>>

async function ask(operation: string, input: object, as = admin): Promise<Answer> {
  return (await harness.call(as, 'rolesanywhere', operation, input)) as unknown as Answer
}

function trust(condition: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'rolesanywhere.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: condition,
    },
  })
}

beforeAll(async () => {
  harness = await openHarness([iam, sts, rolesanywhere], {
    identities: ({ clock }) => openIdentities({ clock, dev: false, managementAccount: account }),
  })
  admin = harness.root(account)
  const AssumeRolePolicyDocument = trust({
    ArnEquals: { 'aws:SourceArn': `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/*` },
  })
  await harness.call(admin, 'iam', 'CreateRole', { RoleName: 'server', AssumeRolePolicyDocument })
  const source = { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: root } }
  const { trustAnchor } = await ask('CreateTrustAnchor', { name: 'anchor', source, enabled: true })
  anchorArn = trustAnchor?.['trustAnchorArn'] as string
  anchorId = trustAnchor?.['trustAnchorId'] as string
  const { profile } = await ask('CreateProfile', { name: 'profile', roleArns: [roleArn], enabled: true })
  profileArn = profile?.['profileArn'] as string
  profileId = profile?.['profileId'] as string
})
afterAll(() => harness.close())

/** Who has proven to hold the key of a certificate. */
function holder(more: Partial<Wanted> = {}): Caller {
  const wanted = {
    subject: { O: 'Example', CN: 'host-1' },
    issuer: rootName,
    key: pair(),
    signer: rootKey,
    ...validity,
  }
  const certificate = readCertificate(mint({ ...wanted, ...more }))
  if (!certificate) throw new Error('no certificate')
  const principal = { type: 'anonymous' } as const
  return { principal, account: '', arn: '', id: '', accessKeyId: '', certificates: [certificate] }
}

const input = () => ({ trustAnchorArn: anchorArn, profileArn, roleArn })

async function session(more: object = {}, as = holder()) {
  const answer = (await ask('CreateSession', { ...input(), ...more }, as)) as unknown as CreateSessionResponse
  const [only] = answer.credentialSet
  if (!only) throw new Error('no credentials')
  return { ...only, subjectArn: answer.subjectArn }
}

const denied = { code: 'AccessDeniedException' }
const invalid = { code: 'ValidationException' }

test('a certificate is exchanged for a session, named by its serial number', async () => {
  const made = await session({}, holder({ serial: '1f71c5' }))
  expect(made.assumedRoleUser.arn).toBe(`arn:aws:sts::${account}:assumed-role/server/1f71c5`)
  expect(made).toMatchObject({ roleArn, sourceIdentity: 'host-1' })
  const { accessKeyId, sessionToken } = made.credentials
  const found = await harness.store.transaction((tx) =>
    harness.platform.identities.credential(tx, accessKeyId, sessionToken.reveal()),
  )
  expect(found).toMatchObject({
    caller: {
      session: {
        sourceIdentity: 'host-1',
        tags: { 'x509Subject/CN': 'host-1', 'x509Subject/O': 'Example', 'x509Issuer/CN': 'root' },
      },
    },
  })
})

test('the subject is remembered, with its certificates', async () => {
  const { subjectArn } = await session({}, holder({ serial: 'aa' }))
  expect((await session({}, holder({ serial: 'ab' }))).subjectArn).toBe(subjectArn)
  const { subject } = await ask('GetSubject', { subjectId: subjectArn.split('/')[1] })
  expect(subject).toMatchObject({ x509Subject: 'O=Example,CN=host-1', enabled: true })
  const credentials = [{ serialNumber: 'ab' }, { serialNumber: 'aa' }]
  expect((subject as unknown as { credentials: object[] }).credentials.slice(0, 2)).toMatchObject(credentials)
})

test('the trail tells who came, and no secret', async () => {
  const made = await session({}, holder({ serial: 'ac' }))
  const event = (await harness.events()).at(-1)
  expect(event).toMatchObject({
    eventName: 'CreateSession',
    additionalEventData: { serialNumber: 'ac', subjectArn: made.subjectArn },
    responseElements: { credentials: { accessKeyId: made.credentials.accessKeyId } },
    recipientAccountId: account,
  })
  expect(JSON.stringify(event)).not.toContain(made.credentials.secretAccessKey.reveal())
  expect(JSON.stringify(event)).not.toContain(made.credentials.sessionToken.reveal())
})

test('the ARNs may stand in the URI, but not differ from those in the body', async () => {
  const inUri = { queryTrustAnchorArn: anchorArn, queryProfileArn: profileArn, queryRoleArn: roleArn }
  const answer = (await ask('CreateSession', inUri, holder())) as unknown as CreateSessionResponse
  expect(answer.credentialSet).toHaveLength(1)
  await expect(session({ queryRoleArn: `${roleArn}2` })).rejects.toMatchObject(invalid)
  await expect(session({ roleArn: undefined })).rejects.toMatchObject(invalid)
})

test.each<[string, Partial<Wanted>]>([
  ['of a stranger', { signer: pair() }],
  ['that has expired', { notAfter: now - 1000 }],
  ['of an authority', { authority: true }],
  ['with a common name that nobody can be called by', { subject: { CN: 'somebody else' } }],
  ['with two common names', { subject: { CN: 'host-1', '2.5.4.03': 'host-2' } }],
])('a certificate %s gets nothing', async (_what, more) => {
  await expect(session({}, holder(more))).rejects.toMatchObject(denied)
})

test('neither does who shows no certificate', async () => {
  await expect(session({}, admin)).rejects.toMatchObject(invalid)
})

test.each([
  ['another region', () => ({ trustAnchorArn: anchorArn.replace('us-east-1', 'eu-west-1') })],
  ['another account’s profile', () => ({ profileArn: profileArn.replace(account, '222222222222') })],
  ['another account’s role', () => ({ roleArn: roleArn.replace(account, '222222222222') })],
  ['no ARN', () => ({ trustAnchorArn: 'x' })],
  ['another kind of resource', () => ({ profileArn: anchorArn })],
])('%s is refused', async (_what, more) => {
  await expect(session(more())).rejects.toMatchObject(invalid)
})

test('an anchor, a profile that is not enabled, or a role that it does not name, opens nothing', async () => {
  for (const [noun, id] of [
    ['TrustAnchor', { trustAnchorId: anchorId }],
    ['Profile', { profileId }],
  ] as const) {
    await ask(`Disable${noun}`, id)
    await expect(session()).rejects.toMatchObject(denied)
    await ask(`Enable${noun}`, id)
    await session()
  }
  await expect(session({ roleArn: `arn:aws:iam::${account}:role/other` })).rejects.toMatchObject(denied)
  await expect(session({ trustAnchorArn: anchorArn.slice(0, -1) })).rejects.toMatchObject(denied)
})

test('the trust policy asks for the certificate’s tags and for the anchor', async () => {
  const update = (condition: object) =>
    harness.call(admin, 'iam', 'UpdateAssumeRolePolicy', { RoleName: 'server', PolicyDocument: trust(condition) })
  await update({ StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'host-1' } })
  await session()
  await expect(session({}, holder({ subject: { CN: 'host-2' } }))).rejects.toMatchObject(denied)
  await update({ StringEquals: { 'aws:PrincipalTag/x509SAN/URI': 'spiffe://example.com/a' } })
  await expect(session()).rejects.toMatchObject(denied)
  await session({}, holder({ uri: ['spiffe://example.com/a'] }))
  await update({ ArnEquals: { 'aws:SourceArn': `${anchorArn}x` } })
  await expect(session()).rejects.toMatchObject(denied)
  await update({ StringEquals: { 'sts:SourceIdentity': 'host-1' } })
  await session()
  await update({})
})

test('durations and names are those that profile and role allow', async () => {
  await expect(session({ durationSeconds: 3601 })).rejects.toMatchObject(invalid)
  const { credentials } = await session({ durationSeconds: 900 })
  expect(credentials.expiration - harness.clock.now()).toBeLessThanOrEqual(900_000)
  await expect(session({ roleSessionName: 'mine' })).rejects.toMatchObject(invalid)
  await ask('UpdateProfile', { profileId, acceptRoleSessionName: true })
  expect((await session({ roleSessionName: 'mine' })).assumedRoleUser.arn).toMatch(/\/mine$/)
})

test('a revoked certificate is believed no more, from the next request on', async () => {
  await session({}, holder({ serial: 'bad1' }))
  const crlData = mintList(rootName, rootKey, ['bad1'])
  const { crl } = await ask('ImportCrl', { name: 'list', crlData, trustAnchorArn: anchorArn, enabled: true })
  await expect(session({}, holder({ serial: 'bad1' }))).rejects.toMatchObject(denied)
  await session({}, holder({ serial: 'good'.replace(/[^0-9a-f]/g, '1') }))
  await ask('DisableCrl', { crlId: crl?.['crlId'] })
  await session({}, holder({ serial: 'bad1' }))
  const forged = mintList(rootName, pair(), ['bad1'])
  await expect(ask('ImportCrl', { name: 'forged', crlData: forged, trustAnchorArn: anchorArn })).rejects.toMatchObject(
    invalid,
  )
  await expect(ask('UpdateCrl', { crlId: crl?.['crlId'], crlData: forged })).rejects.toMatchObject(invalid)
})

test('a session policy of the profile narrows the session', async () => {
  const sessionPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' },
  })
  const { profile } = await ask('CreateProfile', { name: 'narrow', roleArns: [roleArn], enabled: true, sessionPolicy })
  const { credentials } = await session({ profileArn: profile?.['profileArn'] })
  const found = await harness.store.transaction((tx) =>
    harness.platform.identities.credential(tx, credentials.accessKeyId, credentials.sessionToken.reveal()),
  )
  expect(typeof found === 'object' && found.caller.session?.policies).toHaveLength(1)
  await expect(ask('CreateProfile', { name: 'x', roleArns: [], sessionPolicy: '{}' })).rejects.toMatchObject(invalid)
})
