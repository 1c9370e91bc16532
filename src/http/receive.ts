import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Arrived, ListenerOptions, Reply } from './listener.ts'
import type { Message } from './message.ts'

export const mostHeaders = 200
/** Bodies that have begun to arrive may together take this many times the longest one. */
const bodiesAtOnce = 256
const smallBody = 16 * 1024
/** How long a client that was refused may go on sending, so that it reads the answer before its connection ends. */
const lingerMilliseconds = 2_000

/** What the requests of one listener share. */
export interface State {
  readonly options: ListenerOptions
  draining: boolean
  /** Bytes of larger bodies that are arriving or being answered. */
  buffered: number
  /** Connections on which no request has come yet: Node counts them as busy. */
  readonly unused: Map<string, Socket>
}

/** A connection by its other end: with TLS, requests come on another object than the connection did. */
export function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** Reads a request whole, has it handled, and answers; or refuses it as soon as it is known to be refused. */
export function receive(request: Message, response: ServerResponse, state: State): void {
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

function tooLong(request: Message, { options }: State): Reply | undefined {
  const length = contentLength(request) ?? 0
  return length > options.limits.bodyBytes && length > longestBody(request, options) ? refusals.body : undefined
}

function longestBody(request: Message, { limits, longerBody }: ListenerOptions): number {
  return Math.max(limits.bodyBytes, longerBody?.(request) ?? 0)
}

/** What the parser has checked to be one number. */
function contentLength({ index }: Message): number | undefined {
  const length = index.header('content-length')
  return length === undefined ? undefined : Number(length)
}

function readBody(request: Message, response: ServerResponse, state: State): void {
  const { limits } = state.options
  // Most bodies are small, and are not worth counting: the number of connections bounds them.
  const small = (contentLength(request) ?? Number.POSITIVE_INFINITY) <= smallBody
  const chunks: Buffer[] = []
  let size = 0
  let counted = 0
  const release = () => {
    state.buffered -= counted
    counted = 0
    chunks.length = 0
  }
  if (!small) response.once('close', release)
  request.readBody({
    chunk(bytes) {
      size += bytes.length
      chunks.push(bytes)
      if (small) return
      counted += bytes.length
      state.buffered += bytes.length
      const over = size > limits.bodyBytes && size > longestBody(request, state.options) ? refusals.body : undefined
      const reply = over ?? (state.buffered > limits.bodyBytes * bodiesAtOnce ? refusals.busy : undefined)
      if (!reply) return
      release()
      refuse(request, response, reply)
    },
    end() {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      together(() => void answer(request, response, body, state))
    },
  })
}

let arrivals: (() => void)[] = []

/**
 * Begins the requests that arrive in one turn of the event loop together, at its end. They then go through the same code side by
 * side, share one look at the store and one write of the audit trail: measured a quarter less time for each than one by one.
 */
function together(begin: () => void): void {
  if (arrivals.length === 0) setImmediate(beginAll)
  arrivals.push(begin)
}

function beginAll(): void {
  const due = arrivals
  arrivals = []
  for (const begin of due) begin()
}

async function answer(request: Message, response: ServerResponse, body: Buffer, state: State): Promise<void> {
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
function refuse(request: Message, response: ServerResponse, { status, headers, body }: Reply): void {
  ending.add(request.socket)
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'Content-Length': length, Connection: 'close' })
  response.write(body)
  const end = () => void response.end()
  if (request.complete) return end()
  const patience = setTimeout(() => request.destroy(), lingerMilliseconds)
  response.once('close', () => clearTimeout(patience))
  request.readBody({ chunk() {}, end })
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

function arrived(request: Message, body: Buffer): Arrived {
  const { index } = request
  const target = request.url as string
  const mark = target.indexOf('?')
  const socket = request.socket as TLSSocket
  const address = socket.remoteAddress ?? ''
  return {
    method: request.method as string,
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    rawHeaders: request.rawHeaders,
    index,
    header: index.header,
    body,
    sourceIp: address.startsWith('::ffff:') ? address.slice(7) : address,
    tls: socket.encrypted ? { ...sessionOf(socket), host: index.header('host') ?? '' } : undefined,
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
  const text = typeof body === 'string'
  const length = text ? Buffer.byteLength(body) : body.length
  response.writeHead(status, { ...headers, 'Content-Length': length, ...(last && { Connection: 'close' }) })
  // A text of as many bytes as characters is ASCII, which crosses into the socket at less cost as what it is.
  if (text) response.end(body, length === body.length ? 'latin1' : 'utf8')
  else response.end(body)
}
