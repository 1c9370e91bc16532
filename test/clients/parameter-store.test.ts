import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import {
  DescribeParametersCommand,
  GetParameterCommand,
  paginateDescribeParameters,
  paginateGetParameterHistory,
  paginateGetParametersByPath,
  PutParameterCommand,
  SSMClient,
  StartSessionCommand,
} from '@aws-sdk/client-ssm'
import middy from '@middy/core'
import fromParameterStore from '@middy/ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startDevProcess } from './server-process.ts'

let server: ServerProcess
let client: SSMClient
let settings: object

beforeAll(async () => {
  server = await startDevProcess()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
  client = new SSMClient(settings)
})
afterAll(() => server.end())

async function put(name: string, value: string, more: object = {}): Promise<void> {
  await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'String', ...more }))
}

test('the SDK for JavaScript puts, reads, pages and finds parameters', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `/js/page/${String(index).padStart(2, '0')}`)
  for (const name of names) await put(name, `value of ${name}`, { Type: 'SecureString' })
  const listed: (string | undefined)[] = []
  for await (const page of paginateGetParametersByPath(
    { client },
    { Path: '/js', Recursive: true, WithDecryption: true },
  )) {
    for (const { Name, Value, LastModifiedDate } of page.Parameters ?? []) {
      expect(Value).toBe(`value of ${Name}`)
      expect(LastModifiedDate).toBeInstanceOf(Date)
      listed.push(Name)
    }
  }
  expect(listed).toEqual(names)
  const described: (string | undefined)[] = []
  const ParameterFilters = [{ Key: 'Path', Option: 'OneLevel', Values: ['/js/page'] }]
  for await (const page of paginateDescribeParameters({ client, pageSize: 7 }, { ParameterFilters })) {
    described.push(...(page.Parameters ?? []).map(({ Name }) => Name))
  }
  expect(described).toEqual(names)
  for (const value of ['b', 'c', 'd']) await put('/js/page/00', value, { Type: 'SecureString', Overwrite: true })
  const versions: (number | undefined)[] = []
  for await (const page of paginateGetParameterHistory({ client, pageSize: 3 }, { Name: '/js/page/00' })) {
    versions.push(...(page.Parameters ?? []).map(({ Version }) => Version))
  }
  expect(versions).toEqual([1, 2, 3, 4])
})

test('the SDK hears refusals by their names', async () => {
  await expect(client.send(new GetParameterCommand({ Name: '/js/none' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  })
  await expect(client.send(new DescribeParametersCommand({ NextToken: 'x' }))).rejects.toMatchObject({
    name: 'InvalidNextToken',
    message: "The specified token isn't valid.",
  })
  await expect(client.send(new StartSessionCommand({ Target: 'i-1' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    $metadata: { httpStatusCode: 400 },
  })
})

test('middy fetches names, paths and secrets', async () => {
  await put('/middy/db/user', 'app')
  await put('/middy/db/password', 'x', { Type: 'SecureString' })
  await put('/middy/list', 'a,b', { Type: 'StringList' })
  const secrets = new SecretsManagerClient(settings)
  await secrets.send(new CreateSecretCommand({ Name: 'middy', SecretString: '{"key":"value"}' }))
  const handler = middy(async (_event: unknown, context: Record<string, unknown>) => ({
    password: context['password'],
    list: context['list'],
    secret: context['secret'],
    db: context['db'],
  })).use(
    fromParameterStore({
      awsClientOptions: settings,
      cacheExpiry: 0,
      setToContext: true,
      fetchData: {
        password: '/middy/db/password',
        list: '/middy/list',
        secret: '/aws/reference/secretsmanager/middy',
        db: '/middy/db/',
      },
    }),
  )
  expect(await handler({}, {} as never)).toMatchObject({
    password: 'x',
    list: ['a', 'b'],
    secret: { key: 'value' },
    db: { user: 'app', password: 'x' },
  })
})

test('Powertools for AWS Lambda reads one, many and all below a path', async () => {
  await put('/powertools/one', '{"a":1}')
  await put('/powertools/deep/two', 'x', { Type: 'SecureString' })
  const provider = new SSMProvider({ awsSdkV3Client: client })
  expect(await provider.get('/powertools/one', { transform: 'json' })).toEqual({ a: 1 })
  expect(await provider.getMultiple('/powertools', { recursive: true, decrypt: true })).toEqual({
    one: '{"a":1}',
    'deep/two': 'x',
  })
  const named = await provider.getParametersByName(
    { '/powertools/one': { transform: 'json' }, '/powertools/none': {} },
    { throwOnError: false },
  )
  expect(named).toEqual({ '/powertools/one': { a: 1 }, _errors: ['/powertools/none'] })
})

test('a parameter that expires is gone when the clock of the server has passed its end', async () => {
  const Timestamp = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const policy = { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp } }
  await put('/js/short-lived', 'x', { Tier: 'Advanced', Policies: JSON.stringify([policy]) })
  const advance = async (by: string) => {
    const answer = await fetch(`${server.endpoint}/_keyturn/clock`, {
      method: 'POST',
      body: JSON.stringify({ advance: by }),
    })
    expect(answer.status).toBe(200)
  }
  await advance('29d')
  expect((await client.send(new GetParameterCommand({ Name: '/js/short-lived' }))).Parameter?.Value).toBe('x')
  await advance('2d')
  await expect(client.send(new GetParameterCommand({ Name: '/js/short-lived' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  })
})
