import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** One event for a runtime. */
export interface RuntimeEvent {
  readonly requestId: string
  readonly functionArn: string
  /** Milliseconds since 1970, by the machine's clock. */
  readonly deadline: number
  readonly payload: Uint8Array
  /** JSON text, as the caller sent it. */
  readonly clientContext?: string | undefined
}

/** What a runtime made of an event, or why it could not begin. */
export type RuntimeReply =
  | { readonly kind: 'response'; readonly payload: Buffer }
  | { readonly kind: 'error'; readonly payload: Buffer }
  | { readonly kind: 'too-large' }

/** Lambda's bound for the payload of a synchronous answer: 6 MB and 100 bytes (Lambda developer guide, «quotas»). */
export const largestPayload = 6_291_556
const largestError = 256 * 1024
const prefix = '/2018-06-01/runtime/'

/**
 * The Lambda Runtime API (version 2018-06-01) for one execution environment: a server on a loopback port of its own, asked by the
 * one process that runs there.
 */
export class RuntimeApi {
  readonly #server: Server
  readonly #ready = Promise.withResolvers<void>()
  readonly #failed = Promise.withResolvers<Buffer>()
  #waiting: ServerResponse | undefined
  #event: RuntimeEvent | undefined
  #reply: ((reply: RuntimeReply) => void) | undefined
  #taken = false

  private constructor(server: Server) {
    this.#server = server
  }

  /** `admit` says of each connection whether it comes from the process that this is for. */
  static async open(admit: (socket: Socket) => Promise<boolean>): Promise<RuntimeApi> {
    const server = createServer({ requestTimeout: 0, headersTimeout: 10_000, keepAliveTimeout: 0 })
    const api = new RuntimeApi(server)
    const admitted = new WeakMap<Socket, Promise<boolean>>()
    server.on('connection', (socket: Socket) => admitted.set(socket, admit(socket)))
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void (async () => {
        if (await admitted.get(request.socket)) await api.#serve(request, response)
        else request.socket.destroy()
      })()
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // Exclusive, because processes of a cluster would share one port otherwise.
      server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, resolve)
    })
    return api
  }

  /** Host and port, as `AWS_LAMBDA_RUNTIME_API` says it. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when the runtime asks for its first event. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves with the error by which the runtime says that it cannot begin. */
  get failed(): Promise<Buffer> {
    return this.#failed.promise
  }

  /** Whether the runtime has the event that was sent last. */
  get taken(): boolean {
    return this.#taken
  }

  /** Hands an event to the runtime as soon as it asks. One at a time. */
  send(event: RuntimeEvent): Promise<RuntimeReply> {
    return new Promise((resolve) => {
      this.#event = event
      this.#reply = resolve
      this.#taken = false
      if (this.#waiting) this.#answerNext(this.#waiting)
    })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request
    const path = url.startsWith(prefix) ? url.slice(prefix.length) : ''
    if (method === 'GET' && path === 'invocation/next') return this.#next(response)
    if (method === 'POST' && path === 'init/error') {
      const body = await readBody(request, largestError)
      if (body) this.#failed.resolve(body)
      return answer(response, 202, { status: 'OK' })
    }
    const [, id, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? []
    if (method !== 'POST' || id === undefined) {
      request.resume()
      return answer(response, 404, { errorType: 'InvalidRequest', errorMessage: 'There is nothing at this path.' })
    }
    await this.#finish(request, response, id, kind as 'response' | 'error')
  }

  #next(response: ServerResponse): void {
    // A runtime that asks again while it waits has lost its first question.
    this.#waiting?.destroy()
    this.#waiting = response
    response.on('close', () => {
      if (this.#waiting === response) this.#waiting = undefined
    })
    this.#ready.resolve()
    if (this.#event && this.#reply) this.#answerNext(response)
  }

  #answerNext(response: ServerResponse): void {
    const event = this.#event as RuntimeEvent
    this.#waiting = undefined
    this.#taken = true
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': event.payload.length,
      'Lambda-Runtime-Aws-Request-Id': event.requestId,
      'Lambda-Runtime-Deadline-Ms': String(event.deadline),
      'Lambda-Runtime-Invoked-Function-Arn': event.functionArn,
      'Lambda-Runtime-Trace-Id': traceId(event),
      ...(event.clientContext !== undefined && { 'Lambda-Runtime-Client-Context': event.clientContext }),
    })
    response.end(event.payload)
  }

  async #finish(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    kind: 'response' | 'error',
  ): Promise<void> {
    const body = await readBody(request, largestPayload)
    if (!this.#reply || this.#event?.requestId !== id) {
      return answer(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' })
    }
    const reply = this.#reply
    this.#event = undefined
    this.#reply = undefined
    if (!body) {
      reply({ kind: 'too-large' })
      const errorMessage = `Exceeded maximum allowed payload size (${largestPayload} bytes).`
      return answer(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage })
    }
    reply({ kind, payload: body })
    answer(response, 202, { status: 'OK' })
  }
}

/** AWS X-Ray's form, not sampled: clients pass it on without looking. */
function traceId({ requestId, deadline }: RuntimeEvent): string {
  const hex = requestId.replaceAll('-', '')
  return `Root=1-${Math.floor(deadline / 1000).toString(16)}-${hex.slice(0, 24)};Parent=${hex.slice(0, 16)};Sampled=0`
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

/** The body, or nothing where it is longer than it may be or does not arrive whole. */
async function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= most) chunks.push(chunk)
      else chunks.length = 0
    }
  } catch {
    return undefined
  }
  return size > most ? undefined : Buffer.concat(chunks)
}
