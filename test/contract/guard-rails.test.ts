import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { type Credentials, devRoot, type InProcess, jsonCall, queryCall, startInProcess } from './in-process.ts'

const member = '111111111111'
const other = '222222222222'
const memberRoot: Credentials = { accessKeyId: member, secretAccessKey: 'test' }
const otherRoot: Credentials = { accessKeyId: other, secretAccessKey: 'test' }

const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const configuration = `
[organization]
id = "o-a1b2c3d4e5"

[[organization.unit]]
id = "ou-production"
serviceControl = ["FullAWSAccess", '${policy({ Sid: 'Kept', Effect: 'Deny', Action: 'secretsmanager:DeleteSecret', Resource: '*' })}']
resourceControl = ['${policy({
  Effect: 'Deny',
  Principal: '*',
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
  Condition: { StringNotLike: { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-root/ou-production/*' } },
})}']

[[organization.account]]
id = "${member}"
unit = "ou-production"
serviceControl = ['${policy({ Effect: 'Allow', Action: ['secretsmanager:*', 'kms:*', 'iam:*', 'sts:*', 'keyturn:*'], Resource: '*' })}']
`

let server: InProcess
let unguarded: InProcess
let secret: string
let reader: Credentials

beforeAll(async () => {
  server = await startInProcess({ organization: parseConfig(configuration, 'k.toml').guardRails })
  unguarded = await startInProcess()
  const made = JSON.parse((await secrets('CreateSecret', { Name: 'db', SecretString: 'value' }, memberRoot)).body) as {
    ARN: string
  }
  secret = made.ARN
  reader = await user('reader')
})
afterAll(async () => {
  await server.close()
  await unguarded.close()
})

async function send(service: string, call: object, as: Credentials | undefined, at = server) {
  const { answer, code } = await at.send({ service, ...(call as ReturnType<typeof jsonCall>), ...(as && { as }) })
  return { code, body: String(answer.body) }
}
const secrets = (operation: string, input: object, as: Credentials, at = server) => {
  const token = operation === 'CreateSecret' ? { ClientRequestToken: '11111111-2222-4333-8444-555555555555' } : {}
  return send('secretsmanager', jsonCall('secretsmanager', operation, { ...input, ...token }), as, at)
}
const iam = (operation: string, input: object, as = memberRoot) =>
  send('iam', queryCall('2010-05-08', operation, input), as)
const sts = (operation: string, input: object, as?: Credentials) =>
  send('sts', queryCall('2011-06-15', operation, input), as)

const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })

async function user(name: string, root = memberRoot): Promise<Credentials> {
  await iam('CreateUser', { UserName: name }, root)
  await iam('PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument: everything }, root)
  const { body } = await iam('CreateAccessKey', { UserName: name }, root)
  const element = (tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(body)?.[1] as string
  return { accessKeyId: element('AccessKeyId'), secretAccessKey: element('SecretAccessKey') }
}

test('what no guard rail speaks of goes on', async () => {
  expect(await secrets('GetSecretValue', { SecretId: 'db' }, reader)).toMatchObject({ code: undefined })
  expect(await secrets('GetSecretValue', { SecretId: 'db' }, memberRoot)).toMatchObject({ code: undefined })
})

test('a Deny of a unit is above every policy of the account, and says so', async () => {
  const { code, body } = await secrets('DeleteSecret', { SecretId: secret }, reader)
  expect(code).toBe('AccessDeniedException')
  expect(JSON.parse(body)).toMatchObject({
    Message: `User: arn:aws:iam::${member}:user/reader is not authorized to perform: secretsmanager:DeleteSecret on resource: ${secret} with an explicit deny in a service control policy`,
  })
})

test('the root user of a member account is limited too, that of the management account is not', async () => {
  expect(await secrets('DeleteSecret', { SecretId: 'db' }, memberRoot)).toMatchObject({ code: 'AccessDeniedException' })
  await secrets('CreateSecret', { Name: 'gone', SecretString: 'x' }, devRoot)
  expect(await secrets('DeleteSecret', { SecretId: 'gone' }, devRoot)).toMatchObject({ code: undefined })
})

test('what a level does not allow is denied, and says so', async () => {
  const { code, body } = await send('ssm', jsonCall('AmazonSSM', 'GetParameter', { Name: 'x' }), reader)
  expect(code).toBe('AccessDeniedException')
  expect(body).toContain('because no service control policy allows the ssm:GetParameter action')
  expect(await send('ssm', jsonCall('AmazonSSM', 'DescribeParameters', {}), otherRoot)).toMatchObject({
    code: undefined,
  })
})

test('a session of a role is limited as its account is', async () => {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: member }, Action: 'sts:AssumeRole' })
  await iam('CreateRole', { RoleName: 'admin', AssumeRolePolicyDocument: trust })
  await iam('PutRolePolicy', { RoleName: 'admin', PolicyName: 'p', PolicyDocument: everything })
  const RoleArn = `arn:aws:iam::${member}:role/admin`
  const { body } = await sts('AssumeRole', { RoleArn, RoleSessionName: 'one' }, reader)
  const element = (tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(body)?.[1] as string
  const session = {
    accessKeyId: element('AccessKeyId'),
    secretAccessKey: element('SecretAccessKey'),
    sessionToken: element('SessionToken'),
  }
  expect(await secrets('GetSecretValue', { SecretId: 'db' }, session)).toMatchObject({ code: undefined })
  expect((await secrets('DeleteSecret', { SecretId: 'db' }, session)).body).toContain('in a service control policy')
})

test('a resource is guarded against other accounts, whatever its own policy says', async () => {
  const ResourcePolicy = policy({
    Effect: 'Allow',
    Principal: { AWS: other },
    Action: 'secretsmanager:*',
    Resource: '*',
  })
  const put = await secrets('PutResourcePolicy', { SecretId: 'db', ResourcePolicy }, memberRoot)
  expect(put.code).toBeUndefined()
  const foreign = await user('foreign', otherRoot)
  expect(await secrets('DescribeSecret', { SecretId: secret }, foreign)).toMatchObject({ code: undefined })
  const { code, body } = await secrets('GetSecretValue', { SecretId: secret }, foreign)
  expect(code).toBe('AccessDeniedException')
  expect(body).toContain('with an explicit deny in a resource control policy')
})

test('an explanation shows the guard rails, and which of them decided', async () => {
  const input = {
    PrincipalArn: `arn:aws:iam::${member}:user/reader`,
    Action: 'secretsmanager:DeleteSecret',
    ResourceArn: secret,
  }
  const { body } = await send('keyturn', jsonCall('Keyturn', 'ExplainAccess', input), devRoot)
  const answer = JSON.parse(body) as {
    DecidedBy: string
    DecidingStatements: { Sid: string }[]
    Policies: { PolicyType: string; PolicyName: string; Outcome: string }[]
  }
  expect(answer).toMatchObject({ Decision: 'Denied', DecidedBy: 'service-control', Reason: 'explicit-deny' })
  expect(answer.DecidingStatements).toMatchObject([{ Sid: 'Kept' }])
  const guardRails = answer.Policies.filter(({ PolicyType }) => PolicyType.endsWith('control'))
  expect(guardRails.map(({ PolicyType, PolicyName, Outcome }) => [PolicyType, PolicyName, Outcome])).toEqual([
    ['resource-control', 'RCPFullAWSAccess', 'allow'],
    ['resource-control', 'organization.unit.0.resourceControl.0', 'silent'],
    ['service-control', 'FullAWSAccess', 'allow'],
    ['service-control', 'organization.unit.0.serviceControl.1', 'deny'],
    ['service-control', 'organization.account.0.serviceControl.0', 'allow'],
  ])
})

test('a refused call is explained with them', async () => {
  const { answer, requestId } = await server.send({
    service: 'secretsmanager',
    ...jsonCall('secretsmanager', 'DeleteSecret', { SecretId: 'db' }),
    as: reader,
  })
  expect(answer.status).toBe(400)
  await server.auditLines()
  const asked = await send('keyturn', jsonCall('Keyturn', 'ExplainAccess', { RequestId: requestId }), devRoot)
  expect(JSON.parse(asked.body)).toMatchObject({ DecidedBy: 'service-control', DecidingStatements: [{ Sid: 'Kept' }] })
})

test('where none are configured nobody is asked for them, and no call carries them', async () => {
  const { identities, store } = unguarded.assembly.gateway.platform
  expect(identities).not.toHaveProperty('resourceControl')
  await secrets('CreateSecret', { Name: 'db', SecretString: 'value' }, memberRoot, unguarded)
  expect(await secrets('DeleteSecret', { SecretId: 'db' }, memberRoot, unguarded)).toMatchObject({ code: undefined })
  const credential = await store.transaction((tx) => identities.credential(tx, member, undefined))
  if (typeof credential === 'string') throw new Error(credential)
  const policies = await store.transaction((tx) => identities.policies(tx, credential.caller))
  expect(policies).not.toHaveProperty('serviceControl')
})
