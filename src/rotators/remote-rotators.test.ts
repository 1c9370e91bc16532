import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { signatureHeaders, webhookKey } from '../events/webhook.ts'
import { configuredRotators, type RotationSettings, type WebhookSettings } from './configured.ts'
import type { RotationEvent, StepOutcome } from './rotator.ts'

const secret = 'a secret of more than 24 bytes'
const place = { partition: 'aws', region: 'us-east-1', account: '111111111111' }
const arn = 'arn:aws:lambda:eu-west-1:222222222222:function:rotate'
const event: RotationEvent = {
  Step: 'setSecret',
  SecretId: 'arn:aws:secretsmanager:us-east-1:111111111111:secret:s-AbCdEf',
  ClientRequestToken: 'token',
  RotationToken: 'rotation-token',
}

interface Seen {
  readonly request: IncomingMessage
  readonly body: string
}

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

/** A server that gives one answer, and what it saw. */
async function answering(status: number, body = '', headers: Record<string, string> = {}) {
  const seen: Seen[] = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(chunks).toString() })
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

function rotators(settings: Partial<RotationSettings>, environment: NodeJS.ProcessEnv = {}) {
  const whole = { connectSeconds: 5, statementSeconds: 5, webhook: [], lambda: [], ...settings }
  return configuredRotators(whole, {
    clock: systemClock,
    environment: { HOOK: secret, ID: 'AKIAEXAMPLE', KEY: 'key', ...environment },
  })
}

async function invoke(
  settings: Partial<RotationSettings>,
  named: string,
  more: NodeJS.ProcessEnv = {},
): Promise<StepOutcome | undefined> {
  const found = rotators(settings, more).find(named, place)
  return found?.kind === 'remote' ? found.rotator.invoke(event, new Secret(event.RotationToken)) : undefined
}

const hook = (url: string) => ({
  webhook: [{ name: 'f', accounts: ['*'], url, secretEnvironment: 'HOOK', timeoutSeconds: 5 }],
})
const forward = (endpoint: string) => ({
  lambda: [
    {
      accounts: ['111111111111'],
      functions: ['arn:aws:lambda:eu-west-1:222222222222:function:*'],
      endpoint,
      accessKeyIdEnvironment: 'ID',
      secretAccessKeyEnvironment: 'KEY',
      timeoutSeconds: 5,
    },
  ],
})

test('a webhook gets the event, signed', async () => {
  const { seen, url } = await answering(204)
  expect(await invoke(hook(url), 'keyturn:webhook/f')).toEqual({ done: true })
  const [{ request, body }] = seen as [Seen]
  expect(JSON.parse(body)).toEqual(event)
  const id = String(request.headers['webhook-id'])
  const seconds = Number(request.headers['webhook-timestamp'])
  const key = webhookKey(new Secret(secret))
  expect(key && signatureHeaders(key, id, seconds, body)['webhook-signature']).toBe(
    request.headers['webhook-signature'],
  )
})

test.each([
  [400, '{"errorType":"ValueError","errorMessage":"no"}', { type: 'ValueError', detail: 'no' }],
  [500, 'garbage', { type: 'Webhook.Status500' }],
  [302, '', { type: 'Webhook.Status302' }],
  [500, '{"errorType":"a b\\n"}', { type: 'Webhook.Status500' }],
  [500, 'x'.repeat(100_000), { type: 'Webhook.AnswerTooLong' }],
])('an answer %s is a failure', async (status, body, failed) => {
  const { url } = await answering(status, body, { Location: 'https://elsewhere.example/' })
  expect(await invoke(hook(url), 'keyturn:webhook/f')).toMatchObject({ failed })
})

test('an endpoint that is away is a failure', async () => {
  const { url } = await answering(200)
  await new Promise((resolve) => server?.close(resolve))
  expect(await invoke(hook(url), 'keyturn:webhook/f')).toMatchObject({ failed: { type: 'Webhook.ECONNREFUSED' } })
})

test('a function elsewhere is invoked as Lambda is, signed for its region', async () => {
  const { seen, url } = await answering(200, 'null')
  expect(await invoke(forward(url), arn, { TOKEN: 'unused' })).toEqual({ done: true })
  const [{ request, body }] = seen as [Seen]
  expect(request.url).toBe(`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`)
  expect(request.headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/lambda\/aws4_request,/,
  )
  expect(request.headers['x-amz-invocation-type']).toBe('RequestResponse')
  expect(JSON.parse(body)).toEqual(event)
})

test('what a function elsewhere throws is its failure, and so is a refusal', async () => {
  const thrown = '{"errorType":"KeyError","errorMessage":"x"}'
  const first = await answering(200, thrown, { 'X-Amz-Function-Error': 'Unhandled' })
  expect(await invoke(forward(first.url), arn)).toEqual({ failed: { type: 'KeyError', detail: 'x' } })
  await new Promise((resolve) => server?.close(resolve))
  const second = await answering(403, '{"message":"no"}')
  expect(await invoke(forward(second.url), arn)).toMatchObject({ failed: { type: 'Lambda.Status403' } })
  expect(await invoke(forward(second.url), arn, { KEY: '' })).toMatchObject({
    failed: { type: 'Lambda.NoCredentials' },
  })
})

test('only functions that a row names are forwarded', () => {
  const found = rotators(forward('https://lambda.example'))
  expect(found.find(arn, place)).toMatchObject({ kind: 'remote', arn })
  expect(found.find(arn.replace('222222222222', '333333333333'), place)).toBeUndefined()
})

test('an account that is not named uses neither', () => {
  const other = { ...place, account: '333333333333' }
  expect(rotators(forward('https://lambda.example')).find(arn, other)).toBeUndefined()
  const [webhook] = hook('https://hook.example').webhook
  const settings = { webhook: [{ ...webhook, accounts: ['111111111111'] } as WebhookSettings] }
  expect(rotators(settings).find('keyturn:webhook/f', place)).toBeDefined()
  expect(rotators(settings).find('keyturn:webhook/f', other)).toBeUndefined()
})

test('built-in rotators connect to hosts that the configuration names, and to no other', async () => {
  const found = rotators({ hosts: ['127.*'] }).find('keyturn:rotator/postgres', place)
  const tested = async (host: string) => {
    const value = new Secret(JSON.stringify({ host, port: 1, username: 'u', password: 'p', ssl: false }))
    const read = async () => value
    const rest = { putPending: async () => {}, makeCurrent: async () => {}, readLender: read, binding: undefined }
    return found?.kind === 'built-in' ? found.rotator.run('testSecret', { read, ...rest }) : undefined
  }
  expect(await tested('db.internal')).toMatchObject({ failed: { type: 'HostNotAllowed' } })
  expect(await tested('127.0.0.1')).toMatchObject({ failed: { type: 'Database.unavailable' } })
})

test.each([
  [hook('http://example.com/'), 'needs an https URL'],
  [hook('https://user:pass@example.com/'), 'needs an https URL'],
  [
    { webhook: [{ name: 'f', accounts: ['*'], url: 'https://example.com', timeoutSeconds: 5 }] },
    'needs one of secretEnvironment',
  ],
  [
    {
      webhook: [
        { name: 'f', accounts: ['*'], url: 'https://example.com', secretEnvironment: 'NONE', timeoutSeconds: 5 },
      ],
    },
    'at least 24 bytes',
  ],
  [{ webhook: [...hook('https://a.example').webhook, ...hook('https://b.example').webhook] }, 'Two rotation webhooks'],
  [{ ca: '/nowhere/ca.pem' }, 'cannot be read (ENOENT)'],
])('settings that cannot be are refused: %o', (settings, text) => {
  expect(() => rotators(settings)).toThrow(text)
})
