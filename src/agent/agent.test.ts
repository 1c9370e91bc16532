import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { type Agent, type AgentOptions, startAgent } from './agent.ts'
import { manualClock } from './agent.test-support.ts'
import type { Obtained } from './credentials.ts'

const clock = manualClock()
const good: Obtained = {
  credentials: { accessKeyId: 'ASIA', secretAccessKey: new Secret('s'), expiresAt: clock.now() + 3_600_000 },
}

function options(obtained: Obtained = good): AgentOptions {
  return {
    server: { endpoint: new URL('http://127.0.0.1:1'), region: 'us-east-1', clock },
    source: { name: 'test', obtain: async () => obtained },
    clock,
    random: () => 0,
    warn: () => undefined,
    host: '127.0.0.1',
    hostNames: [],
    values: { port: 0, token: new Secret('token'), ttlSeconds: 300, staleSeconds: 0, entries: 10, mostAtOnce: 4 },
    metadata: { port: 0, roleName: 'app', containerToken: new Secret('container') },
  }
}

async function started(obtained: Obtained): Promise<Agent> {
  const begun = await startAgent(options(obtained))
  if ('refused' in begun) throw new Error(begun.refused)
  return begun.agent
}

let agent: Agent
beforeAll(async () => {
  agent = await started(good)
})
afterAll(() => agent.stop())

/** Status line and body of a request written byte by byte. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(heard))
    socket.end(text)
  })
}

const request = (line: string, ...headers: readonly string[]) =>
  `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`

test('listens on loopback only', () => {
  expect(agent.values.host).toBe('127.0.0.1')
  expect(agent.metadata?.host).toBe('127.0.0.1')
})

test.each([
  ['a page under another name', '403', ['Host: evil.example', 'X-Vault-Token: token']],
  ['a page of this machine', '403', ['Host: localhost', 'Origin: http://localhost', 'X-Vault-Token: token']],
  ['a token given twice', '403', ['Host: localhost', 'X-Vault-Token: token', 'X-Vault-Token: token']],
  ['no host', '400', ['X-Vault-Token: token']],
  ['forwarding', '400', ['Host: localhost', 'X-Vault-Token: token', 'x-FORWARDED-for: 1.2.3.4']],
  ['a header without end', '431', ['Host: localhost', `X-Vault-Token: ${'t'.repeat(20_000)}`]],
  ['two lengths', '400', ['Host: localhost', 'Content-Length: 1', 'Content-Length: 2']],
  ['a length and chunks', '400', ['Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked']],
])('%s is refused', async (_what, status, headers) => {
  expect(await raw(agent.values.port, request('GET /v1/a HTTP/1.1', ...headers))).toMatch(
    new RegExp(`^HTTP/1.1 ${status}`),
  )
})

test('the server is away: values are a bad gateway, health is well', async () => {
  const values = `http://127.0.0.1:${agent.values.port}`
  expect((await fetch(`${values}/v1/a`, { headers: { 'X-Vault-Token': 'token' } })).status).toBe(502)
  expect(await (await fetch(`${values}/ping`)).text()).toBe('healthy')
})

test('one port serves the metadata service and the container endpoint, each by its token', async () => {
  const metadata = `http://127.0.0.1:${agent.metadata?.port}`
  expect((await fetch(`${metadata}/v1/credentials`)).status).toBe(401)
  expect((await fetch(`${metadata}/v1/credentials`, { headers: { Authorization: 'container' } })).status).toBe(200)
  expect((await fetch(`${metadata}/latest/meta-data/`, { headers: { Authorization: 'container' } })).status).toBe(401)
  expect(
    (
      await fetch(`${metadata}/latest/api/token`, {
        method: 'PUT',
        headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '1' },
      })
    ).status,
  ).toBe(200)
})

test('an agent starts while the server is away, and not where it is refused', async () => {
  const away = await started({ unavailable: 'ECONNREFUSED' })
  const metadata = `http://127.0.0.1:${away.metadata?.port}/v1/credentials`
  expect((await fetch(metadata, { headers: { Authorization: 'container' } })).status).toBe(503)
  await away.stop()
  const refused: Obtained = { refused: { status: 403, code: 'AccessDenied', message: 'no' } }
  expect(await startAgent(options(refused))).toEqual({ refused: 'test: the server refused: AccessDenied: no' })
})

test('where the second port is taken, the first one is free again', async () => {
  const before = await started(good)
  const { port } = before.values
  await before.stop()
  const wanted = { ...options(), values: { ...options().values, port } }
  const taken = { ...wanted, metadata: { port: agent.values.port, roleName: 'app' } }
  await expect(startAgent(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const begun = await startAgent(wanted)
  expect(begun).toHaveProperty('agent')
  if ('agent' in begun) await begun.agent.stop()
})
