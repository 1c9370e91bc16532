import { expect, test } from 'vitest'
import { indexHeaders } from '../sigv4/headers.ts'
import { localGuard } from './local-request.ts'

const guard = localGuard(['Agent.internal'])
const refused = (headers: Readonly<Record<string, string>>) =>
  guard({ index: indexHeaders(Object.entries(headers).flat()) })?.status

test.each([
  'localhost',
  'localhost:2773',
  'a.localhost',
  '127.0.0.1:1',
  '169.254.169.254',
  '[::1]:80',
  '[fd00:ec2::254]',
  'agent.INTERNAL:2773',
])('%s is answered', (host) => {
  expect(refused({ host })).toBeUndefined()
})

test.each(['', 'example.com', 'localhost.example.com', '127.0.0.1.example.com', '[::1', 'agent.internal.example.com'])(
  '«%s» is refused, as a page that renamed itself sends it',
  (host) => {
    expect(refused({ host })).toBe(403)
  },
)

test('what a web page sends is refused', () => {
  expect(refused({ host: 'localhost', origin: 'http://localhost' })).toBe(403)
  expect(refused({ host: 'localhost', origin: '' })).toBe(403)
})
