import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { HeaderIndex } from '../sigv4/headers.ts'
import { Message } from './message.ts'
import { mostHeaders, nameOf, receive, type State } from './receive.ts'

/** A request whose body has arrived whole. */
export interface Arrived {
  readonly method: string
  /** Path and query as on the wire. */
  readonly target: string
  readonly path: string
  readonly query: string
  readonly rawHeaders: readonly string[]
  /** The same by name. */
  readonly index: HeaderIndex
  /** A header's value by its lower-case name; several of one name are joined by commas. */
  readonly header: (name: string) => string | undefined
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
  readonly longerBody?: (head: Message) => number | undefined
  /** Refuses a request by its head, before its body is read. */
  readonly guard?: (head: Pick<Message, 'index'>) => Reply | undefined
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

type OnRequest = (request: Message, response: ServerResponse) => void

function create({ tls, limits }: ListenerOptions, onRequest: OnRequest): Server {
  const parsing = {
    IncomingMessage: Message,
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
