import { createHmac } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Writable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { envelopeOf } from './event.ts'
import { change } from './events.test-support.ts'
import { openSinks, SinkRefused, type SinkSettings } from './open-sinks.ts'
import type { Sink } from './sink.ts'
import { localhost } from '../../test/tls/certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-events-'))
const closing: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterEach(() => {
  for (const close of closing.splice(1)) close()
})

const secret = 'a secret of at least twenty-four bytes'
const [one, two] = ['one', 'two'].map((name) => envelopeOf(name, change(name, 1_700_000_000_000)))
if (!one || !two) throw new Error('there are two events')

function open(setting: Partial<SinkSettings> & Pick<SinkSettings, 'kind'>, stdout = new Writable()): Sink {
  const settings = { name: 'test', backlog: 10, timeoutSeconds: 5, ...setting } as SinkSettings
  const environment = { HOOK: secret, SHORT: 'short' }
  const [opened] = openSinks([settings], { clock: systemClock, environment, stdout })
  if (!opened) throw new Error('a sink was opened')
  return opened.sink
}

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function listen(server: Server): Promise<number> {
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function receiver(status: (received: Received) => number): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body }
      received.push(one)
      response.writeHead(status(one), { Location: '/elsewhere' })
      response.end('x'.repeat(100_000))
    })
  })
  return { port: await listen(server), received }
}

test('a webhook gets each event signed', async () => {
  const { port, received } = await receiver(() => 204)
  const sink = open({ kind: 'webhook', url: `http://127.0.0.1:${port}/hook`, secretEnvironment: 'HOOK' })
  expect(await sink.deliver([one, two])).toEqual([{ taken: true }, { taken: true }])
  expect(received).toHaveLength(2)
  for (const { headers, body } of received) {
    const id = headers['webhook-id'] as string
    const seconds = headers['webhook-timestamp'] as string
    expect(Math.abs(Number(seconds) * 1000 - Date.now())).toBeLessThan(60_000)
    const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
    expect((JSON.parse(body) as { id: string }).id).toBe(id)
    expect(headers['content-type']).toBe('application/json')
  }
})

test('a secret may be written as Standard Webhooks does', async () => {
  const { port, received } = await receiver(() => 200)
  const bytes = Buffer.alloc(32, 7)
  const path = join(folder, 'secret')
  writeFileSync(path, `whsec_${bytes.toString('base64')}\n`)
  const sink = open({ kind: 'webhook', url: `http://127.0.0.1:${port}/`, secretPath: path })
  await sink.deliver([one])
  const [{ headers, body } = { headers: {}, body: '' }] = received
  const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', bytes).update(signed).digest('base64')}`)
})

test.each([
  [400, 'refused'],
  [404, 'refused'],
  [401, 'unavailable'],
  [429, 'unavailable'],
  [500, 'unavailable'],
  [302, 'unavailable'],
  [307, 'unavailable'],
])('a webhook that answers %i: %s', async (status, failed) => {
  const { port, received } = await receiver(() => status)
  const sink = open({ kind: 'webhook', url: `http://127.0.0.1:${port}/`, secretEnvironment: 'HOOK' })
  expect(await sink.deliver([one])).toEqual([{ failed, reason: expect.stringContaining(String(status)) }])
  expect(received).toHaveLength(1)
})

test('a webhook that fails is not sent the rest of a batch', async () => {
  const { port, received } = await receiver(() => 503)
  const sink = open({ kind: 'webhook', url: `http://127.0.0.1:${port}/`, secretEnvironment: 'HOOK' })
  const deliveries = await sink.deliver(Array.from({ length: 50 }, () => one))
  expect(received.length).toBeLessThanOrEqual(4)
  expect(deliveries.filter((delivery) => 'failed' in delivery && delivery.failed === 'untried').length).toBeGreaterThan(
    45,
  )
})

test('a webhook that does not answer, or is not there, is unavailable', async () => {
  const silent = createServer(() => undefined)
  const port = await listen(silent)
  const url = `http://127.0.0.1:${port}/`
  const sink = open({ kind: 'webhook', url, secretEnvironment: 'HOOK', timeoutSeconds: 0.05 })
  expect(await sink.deliver([one])).toEqual([{ failed: 'unavailable', reason: 'no answer in time' }])
  silent.closeAllConnections()
  await new Promise((resolve) => silent.close(resolve))
  expect(await sink.deliver([one])).toEqual([{ failed: 'unavailable', reason: 'ECONNREFUSED' }])
})

test('a webhook’s certificate is verified, with the authority that is configured', async () => {
  const port = await listen(
    createTlsServer(localhost, (request, response) => request.resume().on('end', () => response.end())),
  )
  const setting = { kind: 'webhook', url: `https://127.0.0.1:${port}/`, secretEnvironment: 'HOOK' } as const
  expect(await open(setting).deliver([one])).toEqual([
    { failed: 'unavailable', reason: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) },
  ])
  expect(
    await open({ ...setting, ca: fileURLToPath(new URL('../../test/tls/localhost.pem', import.meta.url)) }).deliver([
      one,
    ]),
  ).toEqual([{ taken: true }])
})

test('a file gets one line an event, is for its owner only, and a torn line stays alone', async () => {
  const path = join(folder, 'events.jsonl')
  const sink = open({ kind: 'file', path })
  expect(await sink.deliver([one])).toEqual([{ taken: true }])
  appendFileSync(path, '{"torn":')
  expect(await sink.deliver([one, two])).toEqual([{ taken: true }, { taken: true }])
  const lines = readFileSync(path, 'utf8').split('\n')
  expect(lines).toHaveLength(5)
  expect([0, 2, 3].map((index) => JSON.parse(lines[index] as string) as unknown)).toEqual([one, one, two])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await open({ kind: 'file', path: join(folder, 'none', 'file') }).deliver([one])).toEqual([
    { failed: 'unavailable', reason: 'ENOENT' },
  ])
})

test('a stream gets one line an event', async () => {
  let text = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  expect(await open({ kind: 'stdout' }, stdout).deliver([one, two])).toHaveLength(2)
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([one, two])
  stdout.destroy()
  expect(await open({ kind: 'stdout' }, stdout).deliver([one])).toEqual([
    { failed: 'unavailable', reason: 'ERR_STREAM_DESTROYED' },
  ])
})

test.each([
  [{ url: 'http://example.com/' }],
  [{ url: 'ftp://127.0.0.1/' }],
  [{ url: 'https://user:word@example.com/' }],
  [{ url: 'nonsense' }],
  [{ url: 'https://example.com/', secretEnvironment: 'SHORT' }],
  [{ url: 'https://example.com/', secretEnvironment: 'ABSENT' }],
  [{ url: 'https://example.com/', secretEnvironment: undefined }],
  [{ url: 'https://example.com/', secretPath: '/nowhere' }],
  [{ url: 'https://example.com/', secretEnvironment: undefined, secretCredential: 'x' }],
])('%j is refused', (setting) => {
  expect(() => open({ kind: 'webhook', secretEnvironment: 'HOOK', ...setting } as never)).toThrow(SinkRefused)
})

test('names are for one sink each', () => {
  const setting: SinkSettings = { name: 'a', kind: 'stdout', backlog: 1 }
  expect(() => openSinks([setting, setting], { clock: systemClock, environment: {}, stdout: new Writable() })).toThrow(
    'Two event sinks are called «a».',
  )
})
