import { expect, test } from 'vitest'
import { indexHeaders } from '../sigv4/headers.ts'
import { devGuard } from './dev-guard.ts'

function refused(headers: Readonly<Record<string, string>>): boolean {
  const reply = devGuard({ index: indexHeaders(Object.entries(headers).flat()) })
  if (reply) expect(reply.status).toBe(403)
  return reply !== undefined
}

test.each([
  'localhost',
  'localhost:8200',
  'LocalHost:1',
  'bucket.localhost:8200',
  'a.b-c.localhost',
  '127.0.0.1',
  '127.0.0.1:8200',
  '127.8.9.10:65535',
  '[::1]',
  '[::1]:8200',
])('the host %s is served', (host) => {
  expect(refused({ host })).toBe(false)
})

test.each([
  '',
  'evil.example',
  'evil.example:8200',
  'localhost.evil.example',
  'evillocalhost',
  'localhost@evil.example',
  'localhost:8200@evil.example',
  'localhost:8200.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io:8200',
  '0.0.0.0:8200',
  '10.0.0.1',
  '[::]',
  '[::ffff:127.0.0.1]',
  '::1',
  'localhost:123456',
  'localhost:',
  'localhost\nevil',
  '.localhost',
  'a..localhost',
])('the host «%s» is refused', (host) => {
  expect(refused({ host })).toBe(true)
})

test('no host at all is refused', () => {
  expect(refused({})).toBe(true)
})

test('a long host is judged at once', () => {
  expect(refused({ host: `${'a.'.repeat(30_000)}evil` })).toBe(true)
  expect(refused({ host: `${'a-'.repeat(30_000)}.localhost!` })).toBe(true)
})

test('web pages are refused, whatever they call themselves', () => {
  const host = 'localhost:8200'
  for (const origin of ['https://evil.example', 'http://localhost:8200', 'null', ''])
    expect(refused({ host, origin })).toBe(true)
  for (const site of ['cross-site', 'same-site', 'anything'])
    expect(refused({ host, 'sec-fetch-site': site })).toBe(true)
  for (const site of ['none', 'same-origin']) expect(refused({ host, 'sec-fetch-site': site })).toBe(false)
})
