import { expect, test } from 'vitest'
import type { Served } from '../aws/endpoint.ts'
import type { Arrived } from './listener.ts'
import { Metrics } from './metrics.ts'
import { indexHeaders } from '../sigv4/headers.ts'
import { jsonReply, type Routes, route } from './route.ts'

function request(method: string, path: string, sourceIp = '127.0.0.1'): Arrived {
  return {
    method,
    path,
    target: path,
    query: '',
    rawHeaders: [],
    index: indexHeaders([]),
    header: () => undefined,
    body: Buffer.alloc(0),
    sourceIp,
    tls: undefined,
  }
}

const served: Served = {
  answer: { status: 200, headers: {}, body: 'aws' },
  service: 'kms',
  operation: 'Encrypt',
  requestId: 'r',
}

function open(more: Partial<Routes> = {}) {
  const metrics = new Metrics()
  return { metrics, to: route({ aws: async () => served, metrics, metricsFor: 'loopback', ...more }) }
}

test('everything that is not our own goes to the façade, and is counted', async () => {
  const told: unknown[] = []
  const { to, metrics } = open({ onServed: (_request, { operation }, seconds) => told.push(operation, seconds >= 0) })
  for (const path of [
    '/',
    '/_keyturn',
    '/metrics/',
    '//metrics',
    '/a/_keyturn/health',
    'http://evil/_keyturn/health',
    '*',
  ]) {
    expect((await to(request('POST', path))).body).toBe('aws')
  }
  expect((await to(request('POST', '/metrics'))).body).toBe('aws')
  expect(metrics.text()).toContain('keyturn_requests_total{service="kms",operation="Encrypt",code="OK"} 8')
  expect(told.slice(0, 2)).toEqual(['Encrypt', true])
})

test('a request for no service is counted under fixed names', async () => {
  const { to, metrics } = open({
    aws: async () => ({ answer: served.answer, code: 'whatever the caller "said"', requestId: 'r' }),
  })
  await to(request('GET', '/'))
  expect(metrics.text()).toContain('keyturn_requests_total{service="none",operation="none",code="Unresolved"} 1')
})

test('the metrics are for this machine, for all, or for nobody', async () => {
  const status = async (metricsFor: Routes['metricsFor'], from: string, method = 'GET') =>
    (await open({ metricsFor }).to(request(method, '/metrics', from))).status
  for (const from of ['127.0.0.1', '127.1.2.3', '::1']) expect(await status('loopback', from)).toBe(200)
  for (const from of ['10.0.0.1', '1.127.0.0', '::', '::2', '']) expect(await status('loopback', from)).toBe(404)
  expect(await status('loopback', '::1', 'HEAD')).toBe(200)
  expect(await status('all', '10.0.0.1')).toBe(200)
  expect(await status('off', '127.0.0.1')).toBe(404)
})

test('health is told to anybody; other paths of our own are nothing unless they were given', async () => {
  const { to } = open({
    own: (asked) => (asked.path === '/_keyturn/reset' ? Promise.resolve(jsonReply(200, { reset: true })) : undefined),
  })
  expect(await to(request('GET', '/_keyturn/health', '10.0.0.1'))).toMatchObject({ status: 200 })
  expect(await to(request('HEAD', '/_keyturn/health'))).toMatchObject({ status: 200 })
  expect(await to(request('POST', '/_keyturn/health'))).toMatchObject({ status: 404 })
  expect(await to(request('POST', '/_keyturn/reset'))).toMatchObject({ status: 200 })
  for (const path of ['/_keyturn/', '/_keyturn/clock', '/_keyturn/../metrics', '/_keyturn/health/']) {
    expect(await open().to(request('POST', path))).toMatchObject({ status: 404 })
  }
})

test('what issuers publish is for everybody, and may be kept for a while', async () => {
  const published = async (path: string) => (path === '/_keyturn/issuer/x' ? { keys: [] } : undefined)
  const { to } = open({ published })
  const found = { status: 200, headers: { 'Cache-Control': 'public, max-age=600' }, body: '{"keys":[]}' }
  expect(await to(request('GET', '/_keyturn/issuer/x', '10.0.0.1'))).toMatchObject(found)
  expect(await to(request('HEAD', '/_keyturn/issuer/x'))).toMatchObject(found)
  expect(await to(request('POST', '/_keyturn/issuer/x'))).toMatchObject({ status: 404 })
  expect(await to(request('GET', '/_keyturn/issuer/y'))).toMatchObject({ status: 404 })
  expect(await open().to(request('GET', '/_keyturn/issuer/x'))).toMatchObject({ status: 404 })
})
