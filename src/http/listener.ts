import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
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
  /** Answers a request that may be answered at all; must not reject. */
  readonly handle: (request: Arrived) => Promise<Reply>
  /** Refuses a request by its head, before its body is read. */
  readonly guard?: (head: IncomingMessage) => Reply | undefined
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

const tooLarge: Reply = {
  status: 413,
  headers: { 'Content-Type': 'application/x-amz-json-1.1', Connection: 'close' },
  body: '{"__type":"RequestEntityTooLargeException","message":"The request body is larger than this server accepts."}',
}

/** Listens with Node's own parser in its strict mode. Everything is bounded: head, body, time of a request, idle time. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { limits } = options
  let draining = false
  const server = create(options, (request, response) => receive(request, response, options, () => draining))
  server.headersTimeout = limits.requestSeconds * 1000
  server.requestTimeout = limits.requestSeconds * 1000
  server.keepAliveTimeout = limits.idleSeconds * 1000
  server.maxHeadersCount = 200
  if (options.connections !== undefined) server.maxConnections = options.connections
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
      draining = true
      return close(server, graceSeconds)
    },
  }
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

function create({ tls, limits }: ListenerOptions, onRequest: OnRequest): Server {
  const parsing = { maxHeaderSize: limits.headerBytes, insecureHTTPParser: false, requireHostHeader: true }
  if (!tls) return createServer(parsing, onRequest)
  return createTlsServer({ ...parsing, cert: tls.cert, key: tls.key, minVersion: tls.minVersion }, onRequest)
}

function close(server: Server, graceSeconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function receive(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
  draining: () => boolean,
): void {
  const refused = options.guard?.(request)
  if (refused) {
    request.resume()
    send(response, refused, true)
    return
  }
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= options.limits.bodyBytes) chunks.push(chunk)
    else if (!response.headersSent) {
      chunks.length = 0
      send(response, tooLarge, true)
      response.once('finish', () => request.destroy())
    }
  })
  request.on('error', () => request.destroy())
  request.on('end', () => {
    if (response.headersSent) return
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    void options.handle(arrived(request, body)).then((reply) => send(response, reply, draining()))
  })
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
    tls: socket.encrypted ? tlsOf(socket, request.headers.host ?? '') : undefined,
  }
}

function tlsOf(socket: TLSSocket, host: string) {
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName, host }
}

function send(response: ServerResponse, { status, headers, body }: Reply, last: boolean): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(status, { ...headers, 'Content-Length': length, ...(last && { Connection: 'close' }) })
  response.end(body)
}
