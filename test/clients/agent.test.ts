import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Issuer, openIssuer } from '../../src/aws/sts/web-identity.test-support.ts'
import { type AgentProcess, startAgentProcess } from './agent-process.ts'
import { boto3 } from './installed.ts'
import { keyturn, type ServerProcess, startDevProcess, temporaryFolder } from './server-process.ts'

const run = promisify(execFile)
const account = '000000000000'
const roleArn = `arn:aws:iam::${account}:role/app`
const session = new RegExp(`^arn:aws:sts::${account}:assumed-role/app/`)
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

let server: ServerProcess
let agent: AgentProcess
let issuer: Issuer
let folder: ReturnType<typeof temporaryFolder>
/** What every client is told; nothing in it is a credential. */
let place: Record<string, string>
let userKeys: Record<string, string>
let secrets: SecretsManagerClient
let settings: object

beforeAll(async () => {
  folder = temporaryFolder()
  server = await startDevProcess()
  issuer = await openIssuer()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  place = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: join(folder.path, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder.path, 'none'),
    HOME: folder.path,
  }
  secrets = new SecretsManagerClient(settings)
  await secrets.send(new CreateSecretCommand({ Name: 'chain', SecretString: 'found' }))
  userKeys = await makeIdentities()
  agent = await startAgentProcess(
    ['--role', roleArn, '--token-file', tokenFile(), '--container-token-file', join(folder.path, 'container')],
    { ...place, ...userKeys },
  )
})
afterAll(async () => {
  await agent.end()
  await server.end()
  await issuer.close()
  folder[Symbol.dispose]()
})

const tokenFile = () => join(folder.path, 'token')

/** A role that reads secrets and parameters, and a user who may do nothing but assume it. */
async function makeIdentities(): Promise<Record<string, string>> {
  const iam = new IAMClient(settings)
  const { User } = await iam.send(new CreateUserCommand({ UserName: 'machine' }))
  const url = `https://${issuer.name}`
  const { OpenIDConnectProviderArn: Federated } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: ['sts.amazonaws.com'] }),
  )
  const trust = policy(
    { Effect: 'Allow', Principal: { AWS: User?.Arn }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' },
  )
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: trust }))
  const reads = { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameter'], Resource: '*' }
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'reads', PolicyDocument: policy(reads) }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'machine' }))
  return {
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId as string,
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey as string,
  }
}

function policy(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

interface Found {
  readonly arn: string
  readonly value: string
}

async function chainOf(program: string, script: string, environment: Record<string, string>): Promise<Found> {
  const env = { PATH: process.env['PATH'], AWS_EC2_METADATA_DISABLED: 'true', ...place, ...environment }
  const { stdout } = await run(program, [here(script)], { env })
  return JSON.parse(stdout) as Found
}

const clients = [
  [
    'the SDK for JavaScript',
    (env: Record<string, string>) => chainOf(process.execPath, './credential-chain-process.ts', env),
  ],
  ['boto3', (env: Record<string, string>) => chainOf('python3', './credential_chain.py', env)],
] as const

for (const [name, chain] of clients) {
  const present = name !== 'boto3' || boto3
  const title = present ? name : `${name} (left out: python3 has no boto3 of 1.28 or newer)`

  test.skipIf(!present)(`${title} finds credentials at the instance metadata service`, async () => {
    const found = await chain({ AWS_EC2_METADATA_SERVICE_ENDPOINT: agent.metadata, AWS_EC2_METADATA_DISABLED: 'false' })
    expect(found).toEqual({ arn: expect.stringMatching(session) as string, value: 'found' })
  })

  test.skipIf(!present)(`${title} finds credentials at the container endpoint`, async () => {
    const found = await chain({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.metadata}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder.path, 'container'),
    })
    expect(found).toEqual({ arn: expect.stringMatching(session) as string, value: 'found' })
  })

  test.skipIf(!present)(`${title} runs the agent as a credential process`, async () => {
    const command = `${process.execPath} ${here('../../src/main.ts')} agent credentials --role ${roleArn}`
    const given = `AWS_ACCESS_KEY_ID=${userKeys['AWS_ACCESS_KEY_ID']} AWS_SECRET_ACCESS_KEY=${userKeys['AWS_SECRET_ACCESS_KEY']}`
    const config = profileFile(name, `credential_process = /usr/bin/env ${given} ${command}`)
    expect(await chain(config)).toEqual({ arn: expect.stringMatching(session) as string, value: 'found' })
  })

  test.skipIf(!present)(`${title} assumes the role of a profile`, async () => {
    const config = profileFile(name, `role_arn = ${roleArn}\nsource_profile = machine\n${keysProfile()}`)
    expect(await chain(config)).toEqual({ arn: expect.stringMatching(session) as string, value: 'found' })
  })

  test.skipIf(!present)(`${title} brings the token of an identity provider`, async () => {
    const found = await chain({ AWS_WEB_IDENTITY_TOKEN_FILE: identityToken(), AWS_ROLE_ARN: roleArn })
    expect(found).toEqual({ arn: expect.stringMatching(session) as string, value: 'found' })
  })
}

function profileFile(client: string, text: string): Record<string, string> {
  const path = join(folder.path, `${client.replaceAll(' ', '-')}-${Math.trunc(performance.now() * 1000)}`)
  writeFileSync(path, `[profile app]\nregion = us-east-1\n${text}\n`)
  return { AWS_CONFIG_FILE: path, AWS_PROFILE: 'app' }
}

function keysProfile(): string {
  return `[profile machine]\naws_access_key_id = ${userKeys['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = ${userKeys['AWS_SECRET_ACCESS_KEY']}`
}

/** With the line break at its end that such files have. */
function identityToken(): string {
  const seconds = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer.url, sub: 'job', aud: 'sts.amazonaws.com', iat: seconds, exp: seconds + 600 }
  const path = join(folder.path, 'identity')
  writeFileSync(path, `${issuer.token(claims)}\n`)
  return path
}

async function value(path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const headers = { 'X-Aws-Parameters-Secrets-Token': readFileSync(tokenFile(), 'utf8') }
  const answer = await fetch(`${agent.values}${path}`, { headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('a secret comes from memory until it is refreshed', async () => {
  await secrets.send(new CreateSecretCommand({ Name: 'cached/one', SecretString: 'first' }))
  const path = '/secretsmanager/get?secretId=cached/one'
  const { status, body } = await value(path)
  expect(status).toBe(200)
  expect(body).toMatchObject({ Name: 'cached/one', SecretString: 'first', VersionStages: ['AWSCURRENT'] })
  expect(body['CreatedDate']).toMatch(/^\d{10}(?:\.\d{1,3})?$/)
  await secrets.send(new PutSecretValueCommand({ SecretId: 'cached/one', SecretString: 'second' }))
  expect((await value('/v1/cached/one')).body).toMatchObject({ SecretString: 'first' })
  expect((await value(`${path}&refreshNow=true`)).body).toMatchObject({ SecretString: 'second' })
  expect((await value(path)).body).toMatchObject({ SecretString: 'second' })
  expect((await value(`${path}&versionStage=AWSPREVIOUS`)).body).toMatchObject({ SecretString: 'first' })
})

test('a parameter comes with its value, by version too', async () => {
  const ssm = new SSMClient(settings)
  await ssm.send(new PutParameterCommand({ Name: '/app/one', Value: 'a', Type: 'SecureString' }))
  await ssm.send(new PutParameterCommand({ Name: '/app/one', Value: 'b', Type: 'SecureString', Overwrite: true }))
  const path = '/systemsmanager/parameters/get?name=/app/one&withDecryption=true'
  expect((await value(path)).body).toMatchObject({ Parameter: { Value: 'b', Version: 2 }, ResultMetadata: {} })
  expect((await value(`${path}&version=1`)).body).toMatchObject({ Parameter: { Value: 'a', Version: 1 } })
})

test('what the server refuses, the agent refuses in the same words', async () => {
  expect(await value('/v1/none')).toEqual({
    status: 400,
    body: { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." },
  })
  await secrets.send(new CreateSecretCommand({ Name: 'gone', SecretString: 'x' }))
  await value('/v1/gone')
  await secrets.send(new DeleteSecretCommand({ SecretId: 'gone', ForceDeleteWithoutRecovery: true }))
  expect((await value('/v1/gone?refreshNow=true')).status).toBe(400)
  expect((await value('/v1/gone')).status).toBe(400)
})

test('values outlive the server for a while', async () => {
  const own = await startDevProcess()
  const token = join(folder.path, 'own-token')
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const other = await startAgentProcess(['--ttl', '1', '--token-file', token], {
    ...place,
    ...keys,
    AWS_ENDPOINT_URL: own.endpoint,
  })
  try {
    await new SecretsManagerClient({ ...settings, endpoint: own.endpoint }).send(
      new CreateSecretCommand({ Name: 'kept', SecretString: 'still' }),
    )
    const get = async (path: string) =>
      fetch(other.values + path, { headers: { 'X-Vault-Token': readFileSync(token, 'utf8') } })
    expect((await get('/v1/kept')).status).toBe(200)
    await own.end()
    expect(await (await get('/v1/kept')).json()).toMatchObject({ SecretString: 'still' })
    expect((await get('/v1/other')).status).toBe(502)
    expect((await get('/v1/kept?refreshNow=true')).status).toBe(502)
  } finally {
    await other.end()
    await own.end()
  }
})

test('an agent that the server refuses does not start, nor one without a token or credentials', async () => {
  const none = `arn:aws:iam::${account}:role/none`
  const token = ['--token-file', tokenFile()]
  const refused = await keyturn(['agent', ...token, '--role', none], { ...place, ...userKeys })
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('AccessDenied') as string })
  expect(await keyturn(['agent'], { ...place, ...userKeys })).toMatchObject({ code: 2 })
  expect(await keyturn(['agent', ...token], place)).toMatchObject({ code: 2 })
  const sessionOnly = { ...place, ...userKeys, AWS_SESSION_TOKEN: 'x' }
  expect(await keyturn(['agent', ...token], sessionOnly)).toMatchObject({ code: 2 })
  expect(await keyturn(['agent', 'credentials', '--role', none], { ...place, ...userKeys })).toMatchObject({ code: 1 })
  expect(await keyturn(['agent', ...token, '--ttl', '4000'], place)).toMatchObject({ code: 2 })
})

test('without a role the agent hands out a session, never the key that it was given', async () => {
  const { stdout } = await keyturn(['agent', 'credentials'], { ...place, ...userKeys })
  const printed = JSON.parse(stdout) as Record<string, string>
  expect(printed).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) as string })
  expect(stdout).not.toContain(userKeys['AWS_SECRET_ACCESS_KEY'])
  expect(Date.parse(printed['Expiration'] as string)).toBeGreaterThan(Date.now())
})
