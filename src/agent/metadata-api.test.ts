import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { arrived, manualClock } from './agent.test-support.ts'
import { containerApi } from './container-api.ts'
import type { Obtained } from './credentials.ts'
import { metadataApi } from './metadata-api.ts'
import { metadataTokens } from './metadata-token.ts'

const clock = manualClock(Date.UTC(2026, 10, 23, 2))
const good: Obtained = {
  credentials: {
    accessKeyId: 'ASIA1',
    secretAccessKey: new Secret('secret'),
    sessionToken: new Secret('token'),
    expiresAt: Date.UTC(2026, 10, 23, 3),
  },
}
const members = { AccessKeyId: 'ASIA1', SecretAccessKey: 'secret', Token: 'token', Expiration: '2026-11-23T03:00:00Z' }

function metadata(obtained: Obtained = good) {
  const handle = metadataApi({
    clock,
    tokens: metadataTokens(clock),
    region: 'eu-central-1',
    roleName: 'app',
    credentials: async () => obtained,
    account: async () => ({ account: '111111111111' }),
  })
  const ask = (target: string, token: string) => handle(arrived('GET', target, { 'x-aws-ec2-metadata-token': token }))
  const put = (headers: Record<string, string>) => handle(arrived('PUT', '/latest/api/token', headers))
  const token = async () => String((await put({ 'x-aws-ec2-metadata-token-ttl-seconds': '60' })).body)
  return { handle, put, token, ask }
}

test('with a token, a client finds the role, its credentials and the region', async () => {
  const { ask, token } = metadata()
  const shown = await token()
  const path = '/latest/meta-data/iam/security-credentials'
  expect(await ask(`${path}/`, shown)).toMatchObject({ status: 200, body: 'app' })
  expect(await ask(path, shown)).toMatchObject({ status: 200, body: 'app' })
  const document = await ask(`${path}/app`, shown)
  expect(JSON.parse(String(document.body))).toEqual({
    Code: 'Success',
    LastUpdated: '2026-11-23T02:00:00Z',
    Type: 'AWS-HMAC',
    ...members,
  })
  expect(await ask('/latest/meta-data/placement/region', shown)).toMatchObject({ body: 'eu-central-1' })
  expect(JSON.parse(String((await ask('/latest/dynamic/instance-identity/document', shown)).body))).toMatchObject({
    accountId: '111111111111',
    region: 'eu-central-1',
  })
  expect(await ask('/latest/user-data', shown)).toMatchObject({ status: 404 })
  expect(await ask('/latest/meta-data/constructor', shown)).toMatchObject({ status: 404 })
})

test('without a token, as in version 1, nothing is said', async () => {
  const { handle, ask } = metadata()
  expect(await handle(arrived('GET', '/latest/meta-data/iam/security-credentials/'))).toMatchObject({ status: 401 })
  expect(await ask('/latest/meta-data/', 'forged')).toMatchObject({ status: 401 })
  expect(await ask('/latest/none', '')).toMatchObject({ status: 401 })
})

test('a token lasts as long as was asked, within bounds', async () => {
  const { put } = metadata()
  const header = 'x-aws-ec2-metadata-token-ttl-seconds'
  for (const seconds of ['1', '21600']) {
    const expected = { status: 200, headers: { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': seconds } }
    expect(await put({ [header]: seconds })).toMatchObject(expected)
  }
  for (const seconds of ['0', '21601', '-1', '1.5', '1e3', '', '6 0', '99999999999']) {
    expect(await put({ [header]: seconds })).toMatchObject({ status: 400 })
  }
  expect(await put({})).toMatchObject({ status: 400 })
})

test('no token is given through a proxy, nor by another method', async () => {
  const { handle, put } = metadata()
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  expect(await put({ ...headers, 'x-forwarded-for': '10.0.0.1' })).toMatchObject({ status: 403 })
  expect(await handle(arrived('POST', '/latest/api/token', headers))).toMatchObject({ status: 405 })
  expect(await handle(arrived('GET', '/latest/api/token', headers))).toMatchObject({ status: 405 })
})

test('without credentials there is a reason and no success', async () => {
  const { ask, token } = metadata({ unavailable: 'ECONNREFUSED' })
  expect(await ask('/latest/meta-data/iam/security-credentials/app', await token())).toMatchObject({ status: 503 })
})

function container(obtained: Obtained = good) {
  return containerApi({ clock, token: new Secret('shared'), credentials: async () => obtained })
}

test('a container gets credentials for its token', async () => {
  for (const path of ['/v1/credentials', '/v2/credentials']) {
    const reply = await container()(arrived('GET', path, { authorization: 'shared' }))
    expect(JSON.parse(String(reply?.body))).toEqual(members)
  }
  expect(container()(arrived('GET', '/latest/'))).toBeUndefined()
})

test.each([
  [401, 'GET', {}],
  [401, 'GET', { authorization: 'Bearer shared' }],
  [405, 'POST', { authorization: 'shared' }],
  [403, 'GET', { authorization: 'shared', 'x-forwarded-for': '10.0.0.1' }],
])('a container is refused with %d', async (status, method, headers) => {
  expect(await container()(arrived(method, '/v1/credentials', headers))).toMatchObject({ status })
})

test('a container hears why there are no credentials', async () => {
  const ask = (obtained: Obtained) =>
    container(obtained)(arrived('GET', '/v1/credentials', { authorization: 'shared' }))
  const refused = { refused: { status: 403, code: 'AccessDenied', message: 'no' } }
  expect(await ask(refused)).toMatchObject({ status: 403, body: '{"code":"AccessDenied","message":"no"}' })
  expect(await ask({ unavailable: 'ECONNREFUSED' })).toMatchObject({ status: 503 })
})
