import { X509Certificate } from 'node:crypto'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  authority,
  certificate,
  forgedCertificate,
  otherAuthority,
  otherName,
  privateKey,
} from './certificates.test-support.ts'
import { fetchJson, isPinned } from './fetch-json.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const secure = (chain: string) =>
  listen(createServer({ key: privateKey, cert: chain }, (_request, response) => response.end('{"a":1}')))

const thumbprint = (pem: string) => new X509Certificate(pem).fingerprint.replaceAll(':', '').toLowerCase()
const base = { insecureLoopback: false, timeoutMilliseconds: 2000, mostBytes: 1000, now: Date.now() }
const here = { ...base, insecureLoopback: true }

test('a certificate with a thumbprint vouches for what it signed, and for nothing else', async () => {
  const good = await secure(certificate + authority)
  const get = (port: number, ...pins: string[]) =>
    fetchJson(`https://localhost:${port}/`, { ...here, thumbprints: pins.map(thumbprint) })
  expect(await get(good, authority)).toEqual({ a: 1 })
  expect(await get(good, certificate)).toEqual({ a: 1 })
  expect(await get(good)).toBeUndefined()
  expect(await get(good, otherAuthority)).toBeUndefined()
  const forged = await secure(forgedCertificate + authority)
  expect(await get(forged, authority)).toBeUndefined()
})

test('the certificate must be for the name that was asked for', async () => {
  const thumbprints = [thumbprint(authority)]
  const port = await secure(certificate + authority)
  expect(await fetchJson(`https://127.0.0.1:${port}/`, { ...here, thumbprints })).toEqual({ a: 1 })
  const elsewhere = await secure(otherName + authority)
  expect(await fetchJson(`https://127.0.0.1:${elsewhere}/`, { ...here, thumbprints })).toBeUndefined()
  expect(await fetchJson(`https://localhost:${elsewhere}/`, { ...here, thumbprints })).toBeUndefined()
})

test('pins hold within the time of the certificate', () => {
  const leaf = new X509Certificate(certificate)
  const pins = [thumbprint(certificate)]
  expect(isPinned(leaf, pins, Date.parse('2030-01-01'))).toBe(true)
  expect(isPinned(leaf, pins, Date.parse('2019-01-01'))).toBe(false)
  expect(isPinned(leaf, pins, Date.parse('2121-01-01'))).toBe(false)
  expect(isPinned(leaf, [thumbprint(authority)], Date.parse('2030-01-01'))).toBe(false)
})

test('this machine is not asked otherwise, nor what hands out credentials to it', async () => {
  const port = await secure(certificate + authority)
  const thumbprints = [thumbprint(authority)]
  for (const host of ['localhost', '127.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '0x7f000001'])
    expect([host, await fetchJson(`https://${host}:${port}/`, { ...base, thumbprints })]).toEqual([host, undefined])
  for (const host of ['169.254.169.254', '[fd00:ec2::254]', '2852039166', '[::ffff:a9fe:a9fe]'])
    expect(await fetchJson(`https://${host}/`, { ...here, timeoutMilliseconds: 60_000, thumbprints })).toBeUndefined()
})

test('plain HTTP is for this machine, and only where that is allowed', async () => {
  const port = await listen(createHttpServer((_request, response) => response.end('[]')))
  const url = `http://127.0.0.1:${port}/`
  expect(await fetchJson(url, { ...base, thumbprints: [] })).toBeUndefined()
  expect(await fetchJson(url, { ...base, thumbprints: [], insecureLoopback: true })).toEqual([])
  for (const other of ['http://example.com/', `http://user:password@127.0.0.1:${port}/`, 'file:///etc/passwd', 'x']) {
    expect(await fetchJson(other, { ...base, thumbprints: [], insecureLoopback: true })).toBeUndefined()
  }
})

test('what is late, long, moved or not JSON counts as absent', async () => {
  const answers: Record<string, (response: ServerResponse) => unknown> = {
    '/late': () => undefined,
    '/long': (response) => response.end(`"${'x'.repeat(2000)}"`),
    '/moved': (response) => {
      response.writeHead(302, { Location: '/good' })
      response.end()
    },
    '/text': (response) => response.end('words'),
    '/good': (response) => response.end('{}'),
  }
  const server = createHttpServer((request, response) => answers[request.url ?? '']?.(response))
  const port = await listen(server)
  const options = { ...base, thumbprints: [], insecureLoopback: true, timeoutMilliseconds: 300 }
  const get = (path: string) => fetchJson(`http://localhost:${port}${path}`, options)
  for (const path of ['/late', '/long', '/moved', '/text']) expect([path, await get(path)]).toEqual([path, undefined])
  expect(await get('/good')).toEqual({})
  server.closeAllConnections()
})
