import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { readClaim } from '../sigv4/read-claim.ts'
import { SigningSecret } from '../sigv4/signing-key.ts'
import { verify } from '../sigv4/verify.ts'
import { formBody, postJson, readJsonRefusal, signedPost } from './signed-post.ts'

let server: Server
let endpoint: URL
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void
let asked = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    asked++
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

const secret = new Secret('secret')
const credentials = { accessKeyId: 'AKIA', secretAccessKey: secret, sessionToken: new Secret('token') }
const nowMs = Date.UTC(2026, 10, 23)
const post = () => ({ endpoint, region: 'eu-central-1', service: 'kms', headers: [], body: Buffer.from('body'), nowMs })

test('what arrives bears a signature that verifies', async () => {
  let verified: unknown
  answer = (request, response, body) => {
    const arrived = { method: 'POST', target: request.url as string, headers: request.rawHeaders, body }
    const read = readClaim(arrived)
    if (!('claim' in read)) throw new Error('no claim')
    const rules = {
      nowMs,
      windowMs: 1000,
      service: 'kms',
      acceptsRegion: (region: string) => region === 'eu-central-1',
      presignedLifetime: 'window' as const,
    }
    verified = verify(arrived, read.claim, new SigningSecret('AKIA', secret), rules)
    response.end('{"ok":true}')
  }
  const input = { endpoint, region: 'eu-central-1', service: 'kms', target: 'TrentService.ListKeys', input: {} }
  expect(await postJson({ ...input, credentials, nowMs })).toEqual({ status: 200, text: '{"ok":true}' })
  expect(verified).toHaveProperty('verified')
})

test('without credentials nothing is signed', async () => {
  let headers: IncomingMessage['headers'] = {}
  answer = (request, response) => {
    headers = request.headers
    response.end()
  }
  await signedPost(post())
  expect(headers.authorization).toBeUndefined()
})

test('a redirection is not followed', async () => {
  answer = (_request, response) => response.writeHead(307, { Location: `${endpoint.href}other` }).end()
  asked = 0
  expect(await signedPost({ ...post(), credentials })).toHaveProperty('unreachable')
  expect(asked).toBe(1)
})

test('an answer that does not end is given up', async () => {
  answer = (_request, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(1024 * 1024)));
      response.once('drain', more)
    }
    more()
  }
  expect(await signedPost(post())).toEqual({ unreachable: 'too large' })
})

test('an answer that does not come is given up', async () => {
  answer = () => undefined
  expect(await signedPost({ ...post(), timeoutMs: 20 })).toEqual({ unreachable: 'timeout' })
})

test('a server that is not there, or breaks off, is named by the network’s code', async () => {
  expect(await signedPost({ ...post(), endpoint: new URL('http://127.0.0.1:1') })).toHaveProperty('unreachable')
  answer = (request) => request.socket.destroy()
  expect(await signedPost(post())).toEqual({ unreachable: expect.stringMatching(/^\w/) as string })
})

test('reads what a server says when it refuses', () => {
  expect(readJsonRefusal('{"__type":"a#NotFound","Message":"x"}')).toEqual({ code: 'NotFound', message: 'x' })
  expect(readJsonRefusal('{"__type":"NotFound","message":"y"}')).toEqual({ code: 'NotFound', message: 'y' })
  for (const text of ['', '<html>', '[]', 'null', '{"__type":7}', '{}']) expect(readJsonRefusal(text)).toBeUndefined()
})

test('a form has what is given, secrets revealed', () => {
  expect(formBody({ A: 'x y', B: undefined, C: new Secret('&=') }).toString()).toBe('A=x+y&C=%26%3D')
})
