import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../../test/harness.ts'
import { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import { openIdentities } from '../identities/open-identities.ts'
import { iam } from '../iam/index.ts'
import { kms } from '../kms/index.ts'
import { secretsmanager } from '../secretsmanager/index.ts'
import { ssm } from '../ssm/index.ts'
import { sts } from '../sts/index.ts'
import { keyturn } from './index.ts'
import type { ExplainAccessInput, ExplainAccessOutput } from './shapes.ts'

const management = '111111111111'
const account = '222222222222'

let harness: Harness
let root: Caller
let bob: Caller
let key: string
let secret: string

beforeAll(async () => {
  harness = await openHarness([secretsmanager, ssm, kms, iam, sts, keyturn], {
    identities: ({ clock }) => openIdentities({ clock, dev: true, managementAccount: management }),
    dev: true,
  })
  root = harness.root(account)
  bob = await user('bob', allowing(['secretsmanager:CreateSecret', 'sts:AssumeRole'], '*'))
  const made = await harness.call(root, 'kms', 'CreateKey', {})
  key = (made['KeyMetadata'] as unknown as { Arn: string }).Arn
  const kept = await harness.call(root, 'secretsmanager', 'CreateSecret', {
    Name: 'db',
    SecretString: new Secret('value'),
    Tags: [{ Key: 'team', Value: 'web' }],
    KmsKeyId: key,
    ClientRequestToken: '11111111-2222-4333-8444-555555555555',
  })
  secret = kept['ARN'] as unknown as string
})
afterAll(() => harness.close())

function policyOf(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

function allowing(Action: readonly string[], Resource: string, Condition?: object): string {
  return policyOf({ Sid: 'Given', Effect: 'Allow', Action, Resource, Condition })
}

async function user(name: string, document: string): Promise<Caller> {
  const { User } = (await harness.call(root, 'iam', 'CreateUser', { UserName: name })) as unknown as {
    User: { Arn: string; UserId: string }
  }
  await harness.call(root, 'iam', 'PutUserPolicy', { UserName: name, PolicyName: 'own', PolicyDocument: document })
  const { Arn: arn, UserId: id } = User
  return { principal: { type: 'user', account, arn, id }, account, arn, id, userName: name, accessKeyId: 'AKIA' }
}

async function explained(input: ExplainAccessInput, as = root): Promise<ExplainAccessOutput> {
  return (await harness.call(as, 'keyturn', 'ExplainAccess', input)) as unknown as ExplainAccessOutput
}

const asked = (Action: string, ResourceArn: string, PrincipalArn = bob.arn): ExplainAccessInput => ({
  PrincipalArn,
  Action,
  ResourceArn,
})

/** The request id of what a caller is refused. */
async function refused(as: Caller, service: string, operation: string, input: object): Promise<string> {
  await expect(harness.call(as, service, operation, input)).rejects.toMatchObject({
    code: expect.stringMatching(/^AccessDenied/) as string,
  })
  const events = await harness.events()
  return events.at(-1)?.['requestID'] as string
}

test('what no policy allows: the statement that is missing is said, and tried out', async () => {
  const answer = await explained(asked('secretsmanager:GetSecretValue', secret))
  expect(answer).toMatchObject({ Decision: 'Denied', Reason: 'implicit-deny', DecidedBy: 'identity' })
  expect(answer.Sentence).toBe(
    `User: ${bob.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
  )
  expect(answer.Policies).toMatchObject([
    { PolicyType: 'identity', PolicyName: 'own', Outcome: 'silent', Statements: [{ Sid: 'Given', Missed: 'action' }] },
  ])
  const [needed] = answer.NeededStatements
  expect(JSON.parse(needed?.Statement ?? '')).toEqual({
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: secret,
  })
  const eve = await user('eve', policyOf(JSON.parse(needed?.Statement ?? '') as object))
  expect(await explained(asked('secretsmanager:GetSecretValue', secret, eve.arn))).toMatchObject({
    Decision: 'Allowed',
    DecidedBy: 'identity',
    DecidingStatements: [{ PolicyName: 'own', Line: 1, Effect: 'Allow', Applied: true }],
    NeededStatements: [],
  })
})

test('a denial shows the statement as it stands, with its place', async () => {
  const document =
    '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Sid":"No","Effect":"Deny","Action":"kms:*","Resource":"*"}\n  ]\n}'
  const dan = await user('dan', document)
  const answer = await explained(asked('kms:Decrypt', key, dan.arn))
  expect(answer).toMatchObject({
    Decision: 'Denied',
    Reason: 'explicit-deny',
    NeededStatements: [],
    DecidingStatements: [{ Sid: 'No', Line: 4, Column: 5, Effect: 'Deny' }],
  })
  expect(answer.DecidingStatements[0]?.Text).toBe('{"Sid":"No","Effect":"Deny","Action":"kms:*","Resource":"*"}')
})

test('the policy of a key, a grant on it and the trust of a role have their say', async () => {
  expect(await explained(asked('kms:Decrypt', key))).toMatchObject({ Decision: 'Denied', DecidedBy: 'identity' })
  await harness.call(root, 'kms', 'CreateGrant', { KeyId: key, GranteePrincipal: bob.arn, Operations: ['Decrypt'] })
  const granted = await explained(asked('kms:Decrypt', key))
  expect(granted).toMatchObject({ Decision: 'Allowed', DecidedBy: 'resource' })
  expect(granted.DecidingStatements.map(({ PolicyName }) => PolicyName)).toContain('grant')

  const trust = policyOf({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
  })
  await harness.call(root, 'iam', 'CreateRole', { RoleName: 'app', AssumeRolePolicyDocument: trust })
  const role = `arn:aws:iam::${account}:role/app`
  const without = await explained(asked('sts:AssumeRole', role))
  expect(without).toMatchObject({ Decision: 'Denied', DecidedBy: 'trust', MissingContextKeys: ['sts:externalid'] })
  expect(without.Policies[0]?.Statements[0]).toMatchObject({
    Missed: 'condition',
    FailedConditions: [{ Operator: 'StringEquals', Key: 'sts:ExternalId', Wanted: ['x'] }],
  })
  const Context = { 'STS:externalID': ['x'] }
  expect(await explained({ ...asked('sts:AssumeRole', role), Context })).toMatchObject({ Decision: 'Allowed' })
})

test('tags of the resource are known, facts of a connection only where they are given', async () => {
  const conditional = allowing(['secretsmanager:*'], '*', {
    StringEquals: { 'aws:ResourceTag/team': 'web' },
    IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
  })
  const tim = await user('tim', conditional)
  const question = asked('secretsmanager:GetSecretValue', secret, tim.arn)
  expect(await explained(question)).toMatchObject({ Decision: 'Denied', MissingContextKeys: ['aws:sourceip'] })
  const Context = { 'aws:SourceIp': ['10.1.2.3'] }
  expect(await explained({ ...question, Context })).toMatchObject({ Decision: 'Allowed', MissingContextKeys: [] })
})

test('a role is explained as a session of it, a root user as who needs no policy', async () => {
  const role = `arn:aws:iam::${account}:role/app`
  expect(await explained(asked('kms:ListKeys', '*', role))).toMatchObject({
    Decision: 'Denied',
    PrincipalArn: `arn:aws:sts::${account}:assumed-role/app/explanation`,
  })
  expect(await explained(asked('kms:ListKeys', '*', root.arn))).toMatchObject({
    Decision: 'Allowed',
    DecidedBy: 'root',
  })
})

test('a resource that is not there is explained by what its name would match', async () => {
  const none = `arn:aws:kms:us-east-1:${account}:key/11111111-2222-4333-8444-555555555555`
  expect(await explained(asked('kms:Decrypt', none, root.arn))).toMatchObject({ Decision: 'Denied' })
  expect(await explained(asked('ssm:GetParameter', `arn:aws:ssm:us-east-1:${account}:parameter/x`))).toMatchObject({
    Decision: 'Denied',
    DecidedBy: 'identity',
  })
})

test('a refused call is explained by its request id, with what it asked', async () => {
  const tom = await user(
    'tom',
    allowing(['secretsmanager:GetSecretValue'], '*', { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } }),
  )
  const id = await refused(tom, 'secretsmanager', 'GetSecretValue', { SecretId: 'db', VersionStage: 'AWSPREVIOUS' })
  const answer = await explained({ RequestId: id })
  expect(answer).toMatchObject({
    Decision: 'Denied',
    PrincipalArn: tom.arn,
    Action: 'secretsmanager:GetSecretValue',
    ResourceArn: secret,
    Request: { EventName: 'GetSecretValue', ErrorCode: 'AccessDeniedException', SessionPoliciesUnknown: false },
  })
  expect(answer.Policies[0]?.Statements[0]?.FailedConditions).toEqual([
    { Operator: 'StringEquals', Key: 'secretsmanager:VersionStage', Wanted: ['AWSCURRENT'], Actual: ['AWSPREVIOUS'] },
  ])
  await harness.call(root, 'iam', 'PutUserPolicy', {
    UserName: 'tom',
    PolicyName: 'more',
    PolicyDocument: allowing(['secretsmanager:GetSecretValue'], '*'),
  })
  expect(await explained({ RequestId: id })).toMatchObject({ Decision: 'Allowed' })
})

test('behind a refused service, the inner call that was denied is the one explained', async () => {
  const sam = await user('sam', allowing(['secretsmanager:*'], '*'))
  await expect(harness.call(sam, 'secretsmanager', 'GetSecretValue', { SecretId: 'db' })).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
  const id = (await harness.events()).at(-1)?.['requestID'] as string
  expect(await explained({ RequestId: id })).toMatchObject({
    Decision: 'Denied',
    Action: 'kms:Decrypt',
    ResourceArn: key,
    Request: { EventName: 'Decrypt' },
  })
})

test('a permission besides the operation’s own is the one explained', async () => {
  const tia = await user('tia', allowing(['sts:AssumeRole'], '*'))
  const trust = policyOf({ Effect: 'Allow', Principal: { AWS: tia.arn }, Action: 'sts:AssumeRole' })
  await harness.call(root, 'iam', 'CreateRole', { RoleName: 'tagged', AssumeRolePolicyDocument: trust })
  const role = `arn:aws:iam::${account}:role/tagged`
  const input = { RoleArn: role, RoleSessionName: 'session', Tags: [{ Key: 'a', Value: 'b' }] }
  const id = await refused(tia, 'sts', 'AssumeRole', input)
  expect(await explained({ RequestId: id })).toMatchObject({
    Decision: 'Denied',
    Action: 'sts:TagSession',
    ResourceArn: role,
    DecidedBy: 'trust',
  })
})

test('who may ask: administrators about their own account, those of the server about all', async () => {
  const question = asked('secretsmanager:GetSecretValue', secret)
  const boss = harness.root(management)
  const stranger = harness.root('333333333333')
  expect(await explained(question, boss)).toMatchObject({ Decision: 'Denied' })
  for (const caller of [bob, stranger]) {
    await expect(explained(question, caller)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  }
  const own = asked('kms:Decrypt', key, `arn:aws:iam::333333333333:root`)
  await expect(explained(own, stranger)).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: expect.stringContaining('management account only') as string,
  })
  const id = await refused(bob, 'secretsmanager', 'GetSecretValue', { SecretId: 'db' })
  await expect(explained({ RequestId: id }, stranger)).rejects.toMatchObject({ code: 'RequestNotFoundException' })
  expect(await explained({ RequestId: id }, boss)).toMatchObject({ PrincipalArn: bob.arn })
})

test('the reasons can be sealed, for the administrators of the account alone', async () => {
  const answer = await explained({ ...asked('secretsmanager:GetSecretValue', secret), Encoded: true })
  const EncodedMessage = answer.EncodedMessage ?? ''
  const decode = (as: Caller, message: string) =>
    harness.call(as, 'sts', 'DecodeAuthorizationMessage', { EncodedMessage: message })
  const { DecodedMessage } = await decode(root, EncodedMessage)
  expect(JSON.parse(DecodedMessage as unknown as string)).toMatchObject({
    allowed: false,
    explicitDeny: false,
    matchedStatements: { items: [] },
    context: { principal: { arn: bob.arn, name: 'bob' }, action: 'secretsmanager:GetSecretValue', resource: secret },
  })
  const refusal = { code: 'InvalidAuthorizationMessageException', message: 'Message is not valid' }
  await expect(decode(harness.root('333333333333'), EncodedMessage)).rejects.toMatchObject(refusal)
  await expect(decode(bob, EncodedMessage)).rejects.toMatchObject({ code: 'AccessDenied' })
  for (const message of [
    `${EncodedMessage}A`,
    `B${EncodedMessage.slice(1)}`,
    'x',
    '====',
    EncodedMessage.slice(0, -4),
  ]) {
    await expect(decode(root, message)).rejects.toMatchObject(refusal)
  }
})

test('asking makes nothing', async () => {
  const alias = `arn:aws:kms:us-east-1:${account}:alias/aws/ssm`
  await explained(asked('kms:Decrypt', alias))
  const { Aliases } = await harness.call(root, 'kms', 'ListAliases', {})
  expect(
    (Aliases as unknown as { AliasName: string; TargetKeyId?: string }[]).filter(
      ({ AliasName, TargetKeyId }) => AliasName === 'alias/aws/ssm' && TargetKeyId,
    ),
  ).toEqual([])
})

test.each([
  ['nothing asked', {}, 'InvalidParameterException'],
  ['half a question', { PrincipalArn: `arn:aws:iam::${account}:root` }, 'InvalidParameterException'],
  ['two questions', { RequestId: 'x', Action: 'kms:Decrypt' }, 'InvalidParameterException'],
  ['no principal', { PrincipalArn: 'arn:aws:s3:::bucket', Action: 'kms:Decrypt' }, 'InvalidParameterException'],
  ['a group', { PrincipalArn: `arn:aws:iam::${account}:group/x`, Action: 'kms:Decrypt' }, 'InvalidParameterException'],
  [
    'nobody',
    { PrincipalArn: `arn:aws:iam::${account}:user/nobody`, Action: 'kms:Decrypt' },
    'PrincipalNotFoundException',
  ],
  ['a request that never was', { RequestId: 'none' }, 'RequestNotFoundException'],
])('%s is refused', async (_what, input, code) => {
  await expect(explained(input)).rejects.toMatchObject({ code })
})

test('a request that was not denied needs no explanation', async () => {
  await harness.call(root, 'kms', 'ListKeys', {})
  const id = (await harness.events()).at(-1)?.['requestID'] as string
  await expect(explained({ RequestId: id })).rejects.toMatchObject({ code: 'RequestNotDeniedException' })
})
