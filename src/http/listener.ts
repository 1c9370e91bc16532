import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** A request whose body has arrived whole. */
export interface Arrived {
  readonly method: string
  /** Path and query as on the wire. */
  readonly target: string
  readonly path: string
  readonly query: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly sourceIp: string
  readonly tls: { readonly version: string; readonly cipher: string; readonly host: string } | undefined
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly cert: string; readonly key: string; readonly minVersion: 'TLSv1.2' | 'TLSv1.3' }
  readonly limits: Limits
  /** How many connections may be open at a time; those beyond are closed as they come. */
  readonly connections?: number
  /** Answers a request that may be answered at all. Where it rejects, the client learns of a failure and no more. */
  readonly handle: (request: Arrived) => Promise<Reply>
  /** How long a body may be where that is more than `limits.bodyBytes`; nothing for most requests. */
  readonly longerBody?: (head: IncomingMessage) => number | undefined
  /** Refuses a request by its head, before its body is read. */
  readonly guard?: (head: IncomingMessage) => Reply | undefined
  /** Hears of what `handle` rejected with. */
  readonly onFault?: (error: unknown) => void
}

export interface Limits {
  readonly bodyBytes: number
  readonly headerBytes: number
  readonly requestSeconds: number
  readonly idleSeconds: number
}

export interface Listener {
  readonly host: string
  readonly port: number
  /** Takes no more connections, lets requests in hand end, then closes. After `graceSeconds` what is left is cut. */
  drain(graceSeconds: number): Promise<void>
}

/** Bodies that have begun to arrive may together take this many times the longest one. */
const bodiesAtOnce = 256
const smallBody = 16 * 1024
const mostHeaders = 200
/** How long a client that was refused may go on sending, so that it reads the answer before its connection ends. */
const lingerMilliseconds = 2_000

/** Listens with Node's own parser in its strict mode. Everything is bounded: head, body, time of a request, idle time. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { limits } = options
  const state: State = { options, draining: false, buffered: 0, unused: new Map() }
  const server = create(options, (request, response) => receive(request, response, state))
  server.headersTimeout = limits.requestSeconds * 1000
  server.requestTimeout = limits.requestSeconds * 1000
  server.keepAliveTimeout = limits.idleSeconds * 1000
  // The parser leaves out what is beyond the limit; one more tells that there was more.
  server.maxHeadersCount = mostHeaders + 1
  if (options.connections !== undefined) server.maxConnections = options.connections
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    state.unused.set(name, socket)
    socket.once('close', () => state.unused.delete(name))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, port } = server.address() as AddressInfo
  return {
    host: address,
    port,
    drain(graceSeconds) {
      state.draining = true
      return close(server, state, graceSeconds)
    },
  }
}

interface State {
  readonly options: ListenerOptions
  draining: boolean
  /** Bytes of larger bodies that are arriving or being answered. */
  buffered: number
  /** Connections on which no request has come yet: Node counts them as busy. */
  readonly unused: Map<string, Socket>
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

function create({ tls, limits }: ListenerOptions, onRequest: OnRequest): Server {
  const parsing = {
    maxHeaderSize: limits.headerBytes,
    insecureHTTPParser: false,
    requireHostHeader: true,
    connectionsCheckingInterval: Math.min(30, limits.requestSeconds) * 500,
  }
  if (!tls) return createServer(parsing, onRequest)
  const { cert, key, minVersion } = tls
  return createTlsServer(
    { ...parsing, cert, key, minVersion, handshakeTimeout: limits.requestSeconds * 1000 },
    onRequest,
  )
}

function close(server: Server, { unused }: State, graceSeconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
    for (const socket of unused.values()) socket.destroy()
  })
}

/** A connection by its other end: with TLS, requests come on another object than the connection did. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function receive(request: IncomingMessage, response: ServerResponse, state: State): void {
  const { options, unused } = state
  if (unused.size > 0) unused.delete(nameOf(request.socket))
  if (ending.has(request.socket)) return
  const refused =
    request.rawHeaders.length > 2 * mostHeaders
      ? refusals.headers
      : (options.guard?.(request) ?? tooLong(request, state))
  if (refused) refuse(request, response, refused)
  else readBody(request, response, state)
}

function tooLong(request: IncomingMessage, { options }: State): Reply | undefined {
  const length = Number(request.headers['content-length'] ?? 0)
  return length > options.limits.bodyBytes && length > longestBody(request, options) ? refusals.body : undefined
}

function longestBody(request: IncomingMessage, { limits, longerBody }: ListenerOptions): number {
  return Math.max(limits.bodyBytes, longerBody?.(request) ?? 0)
}

/** Most requests are, and are not worth counting: the number of connections bounds them. */
function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= smallBody
}

function readBody(request: IncomingMessage, response: ServerResponse, state: State): void {
  const { limits } = state.options
  const chunks: Buffer[] = []
  let size = 0
  let ended = false
  let counted = 0
  const release = () => {
    state.buffered -= counted
    counted = 0
    chunks.length = 0
  }
  if (!isSmall(request)) response.once('close', release)
  request.on('error', () => request.destroy())
  request.on('data', (chunk: Buffer) => {
    if (ended) return
    size += chunk.length
    chunks.push(chunk)
    if (!isSmall(request)) {
      counted += chunk.length
      state.buffered += chunk.length
    }
    const over = size > limits.bodyBytes && size > longestBody(request, state.options) ? refusals.body : undefined
    const reply = over ?? (state.buffered > limits.bodyBytes * bodiesAtOnce ? refusals.busy : undefined)
    if (!reply) return
    ended = true
    release()
    refuse(request, response, reply)
  })
  request.on('end', () => {
    if (ended) return
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    void answer(request, response, body, state)
  })
}

async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer, state: State): Promise<void> {
  try {
    send(response, await state.options.handle(arrived(request, body)), state.draining)
  } catch (error) {
    state.options.onFault?.(error)
    if (response.headersSent) response.destroy()
    else send(response, refusals.fault, true)
  }
}

/** Connections whose last answer is given: what their clients sent behind it is not carried out. */
const ending = new WeakSet<Socket>()

/**
 * Answers before the body has come, which ends the connection. What the client still sends is thrown away for a while:
 * closing a connection with unread bytes in it would take the answer from the client.
 */
function refuse(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  ending.add(request.socket)
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'Content-Length': length, Connection: 'close' })
  response.write(body)
  const end = () => void response.end()
  if (request.complete) return end()
  const patience = setTimeout(() => request.destroy(), lingerMilliseconds)
  response.once('close', () => clearTimeout(patience))
  request.once('end', end)
  request.on('error', () => request.destroy())
  request.resume()
}

const refusals = {
  headers: refusal(
    431,
    'RequestHeaderFieldsTooLargeException',
    'The request has more headers than this server accepts.',
  ),
  body: refusal(413, 'RequestEntityTooLargeException', 'The request body is larger than this server accepts.'),
  busy: refusal(503, 'ServiceUnavailableException', 'The server is receiving too much at once. Try again.'),
  fault: refusal(500, 'InternalFailure', 'An error occurred on the server side.'),
}

function refusal(status: number, type: string, message: string): Reply {
  const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-ErrorType': type }
  return { status, headers, body: JSON.stringify({ __type: type, message }) }
}

function arrived(request: IncomingMessage, body: Buffer): Arrived {
  const target = request.url as string
  const mark = target.indexOf('?')
  const socket = request.socket as TLSSocket
  const address = socket.remoteAddress ?? ''
  return {
    method: request.method as string,
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: address.startsWith('::ffff:') ? address.slice(7) : address,
    tls: socket.encrypted ? { ...sessionOf(socket), host: request.headers.host ?? '' } : undefined,
  }
}

const sessions = new WeakMap<TLSSocket, { readonly version: string; readonly cipher: string }>()

/** What a connection agreed on; asked once, because each asking crosses into OpenSSL. */
function sessionOf(socket: TLSSocket) {
  let session = sessions.get(socket)
  if (!session) {
    session = { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName }
    sessions.set(socket, session)
  }
  return session
}

function send(response: ServerResponse, { status, headers, body }: Reply, last: boolean): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(status, { ...headers, 'Content-Length': length, ...(last && { Connection: 'close' }) })
  response.end(body)
}
