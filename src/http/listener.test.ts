import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devGuard } from './dev-guard.ts'
import { type Arrived, type Listener, type ListenerOptions, listen, type Reply } from './listener.ts'
import { localhost } from '../../test/tls/certificate.ts'

const limits = { bodyBytes: 1000, headerBytes: 8192, requestSeconds: 5, idleSeconds: 5 }
const arrivals: Arrived[] = []
const faults: unknown[] = []
let held = Promise.withResolvers<void>()

async function handle(request: Arrived): Promise<Reply> {
  arrivals.push(request)
  if (request.path === '/fail') throw new Error('SECRET-CANARY')
  if (request.path === '/bad-header') return { status: 200, headers: { 'x-bad': 'a\nb' }, body: '' }
  if (request.path === '/hold') await held.promise
  return {
    status: 200,
    headers: { 'x-path': encodeURI(request.path) },
    body: `${request.method} ${request.body.length}`,
  }
}

function open(more: Partial<ListenerOptions> = {}): Promise<Listener> {
  return listen({ host: '127.0.0.1', port: 0, limits, handle, onFault: (error) => faults.push(error), ...more })
}

let listener: Listener
beforeAll(async () => {
  listener = await open()
})
afterAll(() => listener.drain(0))

function dial(port = listener.port): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

/** All that a connection says until it is closed, or until it has said something. */
function said(socket: Socket, until?: string): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (until !== undefined && text.includes(until)) resolve(text)
    })
    socket.on('close', () => resolve(text))
  })
}

/** What a connection answers to some bytes, up to its end. */
async function exchange(bytes: string | Uint8Array, port?: number): Promise<string> {
  const socket = dial(port)
  socket.write(bytes)
  return said(socket)
}

const last = 'Host: localhost\r\nConnection: close\r\n'

test('a request arrives as it was sent', async () => {
  const answer = await exchange(
    `POST /a/../b%2f?x=1&x=2?3 HTTP/1.1\r\n${last}X-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 4\r\n\r\nbody`,
  )
  expect(answer).toContain('HTTP/1.1 200 OK')
  expect(answer).toContain('POST 4')
  const { method, target, path, query, body, sourceIp, tls, rawHeaders } = arrivals.at(-1) as Arrived
  expect({ method, target, path, query, body: body.toString(), sourceIp, tls }).toEqual({
    method: 'POST',
    target: '/a/../b%2f?x=1&x=2?3',
    path: '/a/../b%2f',
    query: 'x=1&x=2?3',
    body: 'body',
    sourceIp: '127.0.0.1',
    tls: undefined,
  })
  expect(rawHeaders.slice(4, 8)).toEqual(['X-Twice', '1', 'X-Twice', '2'])
})

test('a body in chunks arrives whole', async () => {
  const answer = await exchange(
    `POST / HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
  )
  expect(answer).toContain('POST 5')
  expect(arrivals.at(-1)?.body.toString()).toBe('abcde')
})

test('a sender that waits for leave to go on is given it; one that expects something else is refused', async () => {
  const socket = dial()
  const answer = said(socket)
  socket.write(`POST / HTTP/1.1\r\n${last}EXPECT: 100-continue\r\nContent-Length: 4\r\n\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write('body')
  expect(await answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK.*POST 4$/s)
  expect(await exchange(`POST / HTTP/1.1\r\n${last}Expect: cake\r\n\r\n`)).toMatch(/^HTTP\/1\.1 417 /)
})

test('a request without a Host is refused, except in HTTP/1.0', async () => {
  const { length } = arrivals
  expect(await exchange('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect(arrivals).toHaveLength(length)
  expect(await exchange('GET / HTTP/1.0\r\n\r\n')).toContain('GET 0')
})

test('a body in pieces, and requests that come in the middle of them, are told apart', async () => {
  const socket = dial()
  const answer = said(socket)
  const post = (body: string, more = '') =>
    `POST /${body} HTTP/1.1\r\nHost: a\r\n${more}Content-Length: ${body.length}\r\n\r\n`
  socket.write(post('first'))
  socket.write('fir')
  await new Promise(setImmediate)
  socket.write(`st${post('second')}second${post('third', 'Connection: close\r\n')}third`)
  expect((await answer).match(/x-path: .*/g)).toEqual(['x-path: /first', 'x-path: /second', 'x-path: /third'])
  expect(arrivals.slice(-3).map(({ body }) => body.toString())).toEqual(['first', 'second', 'third'])
})

test('HEAD has an answer without a body, OPTIONS is a request like others', async () => {
  const head = await exchange(`HEAD / HTTP/1.1\r\n${last}\r\n`)
  expect(head).toContain('Content-Length: 6')
  expect(head.endsWith('\r\n\r\n')).toBe(true)
  expect(await exchange(`OPTIONS * HTTP/1.1\r\n${last}\r\n`)).toContain('OPTIONS 0')
})

test('requests that come together on one connection are answered in order', async () => {
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
  held = Promise.withResolvers()
  setTimeout(() => held.resolve(), 5)
  const answer = await exchange(get('/hold') + get('/2') + get('/3', 'Connection: close\r\n'))
  expect(answer.match(/x-path: .*/g)).toEqual(['x-path: /hold', 'x-path: /2', 'x-path: /3'])
})

test('a body that says it is too long is refused before it comes', async () => {
  const answer = await exchange('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n.*RequestEntityTooLargeException/s)
})

test('a long body in chunks is refused as soon as it is too long, and its sender can read why', async () => {
  const { length } = arrivals
  const socket = dial()
  const answer = said(socket)
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (let count = 0; count < 300; count++) {
    socket.write(`400\r\n${'x'.repeat(1024)}\r\n`)
    await new Promise(setImmediate)
  }
  socket.write('0\r\n\r\n')
  expect(await answer).toMatch(/^HTTP\/1\.1 413 .*Connection: close.*RequestEntityTooLargeException/s)
  expect(arrivals).toHaveLength(length)
})

test('a body of exactly the longest length is taken', async () => {
  expect(await exchange(`POST / HTTP/1.1\r\n${last}Content-Length: 1000\r\n\r\n${'x'.repeat(1000)}`)).toContain(
    'POST 1000',
  )
})

test('headers that are too long or too many are refused', async () => {
  expect(await exchange(`GET / HTTP/1.1\r\n${last}X: ${'x'.repeat(9000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  expect(await exchange(`GET /${'x'.repeat(9000)} HTTP/1.1\r\n${last}\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  const { length } = arrivals
  expect(await exchange(`GET / HTTP/1.1\r\n${last}${'a: b\r\n'.repeat(198)}\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await exchange(`GET / HTTP/1.1\r\n${last}${'a: b\r\n'.repeat(199)}\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  expect(arrivals).toHaveLength(length + 1)
})

const body = 'Content-Length: 5\r\n\r\nhello'
test.each([
  ['a length beside chunks', `POST / HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n${body}`],
  [
    'chunks beside a length',
    `POST / HTTP/1.1\r\n${last}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', `POST / HTTP/1.1\r\n${last}Content-Length: 4\r\n${body}`],
  ['two equal lengths', `POST / HTTP/1.1\r\n${last}Content-Length: 5\r\n${body}`],
  ['a length that is a list', `POST / HTTP/1.1\r\n${last}Content-Length: 5, 5\r\n\r\nhello`],
  ['a signed length', `POST / HTTP/1.1\r\n${last}Content-Length: +5\r\n\r\nhello`],
  ['a negative length', `POST / HTTP/1.1\r\n${last}Content-Length: -1\r\n\r\n`],
  ['a hexadecimal length', `POST / HTTP/1.1\r\n${last}Content-Length: 0x5\r\n\r\nhello`],
  [
    'an encoding that does not end in chunks',
    `POST / HTTP/1.1\r\n${last}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  ],
  ['a space before a colon', `POST / HTTP/1.1\r\n${last}Content-Length : 5\r\n\r\nhello`],
  ['a folded header', `POST / HTTP/1.1\r\n${last}X: a\r\n b\r\n${body}`],
  ['a bare line feed between headers', `POST / HTTP/1.1\r\nHost: localhost\n${body}`],
  ['a bare line feed at the end of the head', `GET / HTTP/1.1\r\n${last}\n`],
  ['a bare carriage return in a header', `GET / HTTP/1.1\r\n${last}X: a\rb\r\n\r\n`],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${last}X: a\0b\r\n\r\n`],
  ['a NUL in a path', `GET /a\0b HTTP/1.1\r\n${last}\r\n`],
  ['a control character in a path', `GET /a\x01b HTTP/1.1\r\n${last}\r\n`],
  ['a space in a path', `GET /a b HTTP/1.1\r\n${last}\r\n`],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['an unknown method', `HACK / HTTP/1.1\r\n${last}\r\n`],
  ['an unknown version', `GET / HTTP/3.0\r\n${last}\r\n`],
  ['a chunk without a size', `POST / HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n\r\nxyz\r\n0\r\n\r\n`],
  ['a chunk longer than it says', `POST / HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n`],
  ['TLS on a plain port', Uint8Array.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3])],
])('%s is refused, and never handled', async (_what, bytes) => {
  const { length } = arrivals
  expect(await exchange(bytes)).toMatch(/^HTTP\/1\.1 400 /)
  expect(arrivals).toHaveLength(length)
})

test('bytes above 127 in a path arrive as they are, and harm nothing', async () => {
  const bytes = Buffer.concat([
    Buffer.from('GET /'),
    Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
    Buffer.from(` HTTP/1.1\r\n${last}\r\n`),
  ])
  const answer = await exchange(bytes)
  if (answer.includes(' 200 ')) expect(Buffer.from(arrivals.at(-1)?.path ?? '', 'latin1').subarray(1)).toHaveLength(4)
  else expect(answer).toMatch(/^HTTP\/1\.1 400 /)
})

test('arbitrary bytes are answered or refused, and the server lives on', async () => {
  const pieces = fc.constantFrom(
    'GET / HTTP/1.1\r\n',
    'POST ',
    'Host: a\r\n',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '0\r\n\r\n',
    'abc',
    '\0',
    ' ',
    '\n',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), async (parts) => {
      const socket = dial()
      socket.end(parts.join(''))
      const answer = await said(socket)
      expect(answer === '' || answer.startsWith('HTTP/1.1 ')).toBe(true)
    }),
    { numRuns: 150 },
  )
  expect(await exchange(`GET /alive HTTP/1.1\r\n${last}\r\n`)).toContain(' 200 ')
})

test('a handler that fails, or answers what cannot be sent, is a failure without detail; the connection ends', async () => {
  faults.length = 0
  for (const path of ['/fail', '/bad-header']) {
    const answer = await exchange(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 500 .*Connection: close.*InternalFailure/s)
    expect(answer).not.toContain('CANARY')
  }
  expect(faults).toHaveLength(2)
})

test('a client that goes away before it is answered leaves the server as it was', async () => {
  const socket = dial()
  held = Promise.withResolvers()
  const { length } = arrivals
  socket.write('GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => arrivals.length).toBe(length + 1)
  socket.destroy()
  held.resolve()
  expect(await exchange(`GET / HTTP/1.1\r\n${last}\r\n`)).toContain(' 200 ')
})

test('a guard refuses by the head, and what comes behind it is not read as a request', async () => {
  const guarded = await open({ guard: devGuard })
  const { length } = arrivals
  const inner = `GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n`
  const answer = await exchange(
    `POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: ${inner.length}\r\n\r\n${inner}${inner}`,
    guarded.port,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(arrivals).toHaveLength(length)
  await guarded.drain(1)
})

test('many large bodies at once are bounded together', async () => {
  const busy = await open({ limits: { ...limits, bodyBytes: 20_000 } })
  const sockets = Array.from({ length: 300 }, () => dial(busy.port))
  const answers = sockets.map((socket) => said(socket, '\r\n\r\n'))
  for (const socket of sockets)
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(19_999)}`)
  expect(await Promise.race(answers)).toMatch(/^HTTP\/1\.1 503 .*/)
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(() => exchange(`POST / HTTP/1.1\r\n${last}Content-Length: 20000\r\n\r\n${'x'.repeat(20_000)}`, busy.port))
    .toContain('POST 20000')
  await busy.drain(0)
})

test('a slow head and a slow body are ended', async () => {
  const hasty = await open({ limits: { ...limits, requestSeconds: 0.1 } })
  const slow = [dial(hasty.port), dial(hasty.port)]
  slow[0]?.write('GET / HTTP/1.1\r\nHost: lo')
  slow[1]?.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc')
  for (const answer of await Promise.all(slow.map((socket) => said(socket)))) expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  await hasty.drain(0)
})

test('draining answers what is in hand, refuses new connections, and waits for no idle or unused ones', async () => {
  const draining = await open()
  held = Promise.withResolvers()
  const busy = dial(draining.port)
  const idle = dial(draining.port)
  const unused = dial(draining.port)
  const { length } = arrivals
  busy.write('GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n')
  idle.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await said(idle, 'GET 0')
  await expect.poll(() => arrivals.length).toBe(length + 2)
  const ended = [said(idle), said(unused)]
  let drained = false
  const drain = draining.drain(60).then(() => {
    drained = true
  })
  await Promise.all(ended)
  expect(await exchange('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', draining.port)).toBe('')
  expect(drained).toBe(false)
  const answer = said(busy)
  held.resolve()
  expect(await answer).toMatch(/^HTTP\/1\.1 200 .*Connection: close/s)
  await drain
})

test('draining cuts what does not end in time', async () => {
  const draining = await open()
  const { length } = arrivals
  held = Promise.withResolvers()
  const busy = dial(draining.port)
  busy.write('GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => arrivals.length).toBe(length + 1)
  const answer = said(busy)
  await draining.drain(0.01)
  expect(await answer).toBe('')
  held.resolve()
})

test('a port that is taken is a rejection', async () => {
  await expect(open({ port: listener.port })).rejects.toThrow('EADDRINUSE')
})

/** The answer over TLS, or the reason why there is none. */
function exchangeTls(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ...options }, () => {
      socket.write(`GET /tls HTTP/1.1\r\n${last}\r\n`)
      void said(socket).then(resolve)
    })
    socket.on('error', (error) => resolve(`refused ${(error as NodeJS.ErrnoException).code}`))
  })
}

test('TLS 1.2 and 1.3 are spoken and told of; older versions and plain text are refused', async () => {
  const pair = localhost
  const secure = await open({ tls: { ...pair, minVersion: 'TLSv1.2' } })
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { ca: pair.cert, minVersion: version, maxVersion: version }
    expect(await exchangeTls(secure.port, options)).toContain(' 200 ')
    expect(arrivals.at(-1)?.tls).toEqual({ version, cipher: expect.stringMatching(/^TLS_/), host: 'localhost' })
  }
  const old = { ca: pair.cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  expect(await exchangeTls(secure.port, old)).toMatch(/^refused /)
  const { length } = arrivals
  expect(await exchange(`GET / HTTP/1.1\r\n${last}\r\n`, secure.port)).not.toContain(' 200 ')
  expect(arrivals).toHaveLength(length)
  const strict = await open({ tls: { ...pair, minVersion: 'TLSv1.3' } })
  expect(await exchangeTls(strict.port, { ca: pair.cert, maxVersion: 'TLSv1.2' })).toMatch(/^refused /)
  await strict.drain(1)
  const before = dial(secure.port)
  await new Promise((resolve) => before.once('connect', resolve))
  await Promise.all([secure.drain(60), said(before)])
})

test('some requests may be longer than the others', async () => {
  const roomy = await open({ longerBody: ({ url }) => (url === '/roomy' ? 5_000 : undefined) })
  const sized = (path: string, length: number) =>
    exchange(`POST ${path} HTTP/1.1\r\n${last}Content-Length: ${length}\r\n\r\n${'x'.repeat(length)}`, roomy.port)
  expect(await sized('/roomy', 5_000)).toContain('POST 5000')
  expect(await sized('/roomy', 5_001)).toContain('413')
  expect(await sized('/other', 1_001)).toContain('413')
  await roomy.drain(0)
})
