import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyturn, type ServerProcess, startDevProcess, temporaryFolder } from './server-process.ts'

const account = '000000000000'
const bob = `arn:aws:iam::${account}:user/bob`

let server: ServerProcess
let folder: ReturnType<typeof temporaryFolder>
let environment: Record<string, string>
let bobsKeys: { accessKeyId: string; secretAccessKey: string }
let settings: object
let secret: string

beforeAll(async () => {
  folder = temporaryFolder()
  server = await startDevProcess(['--data', folder.path])
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  environment = {
    KEYTURN_ENDPOINT: server.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
  const made = await new SecretsManagerClient(settings).send(new CreateSecretCommand({ Name: 'db', SecretString: 'x' }))
  secret = made.ARN as string
  const iam = new IAMClient(settings)
  await iam.send(new CreateUserCommand({ UserName: 'bob' }))
  const PolicyDocument = JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'FromOffice',
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: '*',
          Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
        },
      ],
    },
    undefined,
    2,
  )
  await iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))
  bobsKeys = {
    accessKeyId: AccessKey?.AccessKeyId as string,
    secretAccessKey: AccessKey?.SecretAccessKey as string,
  }
})
afterAll(async () => {
  await server.end()
  folder[Symbol.dispose]()
})

const explain = (...args: readonly string[]) => keyturn(['explain', ...args], environment)
const question = () => ['--principal', bob, '--action', 'secretsmanager:GetSecretValue', '--resource', secret]

test('a denial says which condition failed and which statement would allow it', async () => {
  const { code, stdout } = await explain(...question())
  expect(code).toBe(1)
  expect(stdout).toContain('✗ Denied')
  expect(stdout).toContain('identity policy own: silent')
  expect(stdout).toContain('IpAddress aws:SourceIp: wants 10.0.0.0/8; is not in the request')
  expect(stdout).toContain(`"Resource": "${secret}"`)
  expect(stdout).toContain('condition keys without a value here: aws:sourceip')
  // No colours where nobody looks.
  expect(stdout).not.toContain('\u001b')
})

test('with the value of the condition key it is allowed, by the statement that is shown', async () => {
  const { code, stdout } = await explain(...question(), '--context', 'aws:SourceIp=10.2.3.4')
  expect(code).toBe(0)
  expect(stdout).toContain('✓ Allowed')
  expect(stdout).toContain('identity policy own, line 4, column 5, Allow «FromOffice»')
})

test('a refused call is explained by its request id', async () => {
  const client = new SecretsManagerClient({ ...settings, credentials: bobsKeys })
  const refusal = await client.send(new GetSecretValueCommand({ SecretId: 'db' })).then(
    () => undefined,
    (error: { $metadata: { requestId?: string } }) => error.$metadata.requestId,
  )
  const { code, stdout } = await explain('--request-id', refusal as string, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    Decision: 'Denied',
    PrincipalArn: bob,
    Request: { RequestId: refusal, EventName: 'GetSecretValue' },
  })
  expect((await explain('--request-id', refusal as string)).stdout).toContain(
    'IpAddress aws:SourceIp: wants 10.0.0.0/8; is 127.0.0.1',
  )
})

test('the reasons can be sealed for DecodeAuthorizationMessage', async () => {
  const { code, stdout } = await explain(...question(), '--encoded')
  expect(code).toBe(1)
  const sts = new STSClient(settings)
  const { DecodedMessage } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: stdout.trim() }))
  expect(JSON.parse(DecodedMessage as string)).toMatchObject({ allowed: false, context: { principal: { arn: bob } } })
})

test.each([
  ['no question', []],
  ['half a question', ['--principal', bob]],
  ['two questions', ['--request-id', 'x', '--action', 'kms:Decrypt']],
  ['a context without a value', ['--principal', bob, '--action', 'kms:Decrypt', '--context', 'x']],
  ['a principal that is not there', ['--principal', `${bob}by`, '--action', 'kms:Decrypt']],
  ['a request that never was', ['--request-id', 'none']],
  ['an unknown flag', ['--who', bob]],
])('%s ends with 2, which is no answer', async (_what, args) => {
  expect(await explain(...args)).toMatchObject({ code: 2, stdout: '' })
})

test('neither is a refusal, nor a server that is away', async () => {
  const asBob = {
    ...environment,
    AWS_ACCESS_KEY_ID: bobsKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bobsKeys.secretAccessKey,
  }
  expect(await keyturn(['explain', ...question()], asBob)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('AccessDenied') as string,
  })
  const away = { ...environment, KEYTURN_ENDPOINT: 'http://127.0.0.1:1' }
  expect(await keyturn(['explain', ...question()], away)).toMatchObject({ code: 2 })
})
