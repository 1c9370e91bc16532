import { Agent, request as httpsRequest } from 'node:https'
import { fromUtf8 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { sign } from '../../sigv4/sign.ts'
import type { Platform } from '../platform.ts'
import type { XksSettings } from './key-store.ts'

export type XksTransport = NonNullable<Platform['xks']>

/** Why a proxy gave no answer that can be used: the names of its own errors, or what went wrong on the way. */
export type XksFailureKind =
  | 'ValidationException'
  | 'InvalidStateException'
  | 'InvalidCiphertextException'
  | 'InvalidKeyUsageException'
  | 'AuthenticationFailedException'
  | 'AccessDeniedException'
  | 'KeyNotFoundException'
  | 'InvalidUriPathException'
  | 'ThrottlingException'
  | 'UnsupportedOperationException'
  | 'DependencyTimeoutException'
  | 'InternalException'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'malformed'

export class XksFailure extends Error {
  override readonly name = 'XksFailure'
  readonly kind: XksFailureKind

  constructor(kind: XksFailureKind) {
    super(kind)
    this.kind = kind
  }
}

const ownErrors: ReadonlySet<string> = new Set<XksFailureKind>([
  'ValidationException',
  'InvalidStateException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'AuthenticationFailedException',
  'AccessDeniedException',
  'KeyNotFoundException',
  'InvalidUriPathException',
  'ThrottlingException',
  'UnsupportedOperationException',
  'DependencyTimeoutException',
  'InternalException',
])

const defaultTimeout = 250
const longestAnswer = 64 * 1024

export interface XksRequest {
  readonly settings: XksSettings
  /** Signs for this region. */
  readonly region: string
  /** Behind the store's path, such as `/health`. */
  readonly target: string
  readonly body: object
  /** The machine's time in milliseconds since 1970: the proxy compares it with its own. */
  readonly nowMs: number
}

/**
 * Sends one signed request of the external key store proxy API, version 1, and gives the members of its answer.
 * Rejects with `XksFailure`. Redirects are not followed.
 */
export async function callProxy(
  { settings, region, target, body, nowMs }: XksRequest,
  transport: XksTransport,
): Promise<Readonly<Record<string, unknown>>> {
  const { hostname } = new URL(settings.endpoint)
  if (transport.hosts && !transport.hosts.includes(hostname)) throw new XksFailure('unreachable')
  const payload = Buffer.from(JSON.stringify(body))
  const path = settings.path + target
  const host = transport.port === undefined ? hostname : `${hostname}:${transport.port}`
  const headers = sign(
    { method: 'POST', target: path, headers: ['Host', host], body: payload },
    { accessKeyId: settings.accessKeyId, secretAccessKey: new Secret(settings.secretAccessKey) },
    { region, service: 'kms-xks-proxy', nowMs },
  )
  const answer = await send({ hostname, path, headers, payload }, transport)
  const members = parse(answer.body)
  if (answer.status === 200 && members) return members
  const name = members?.['errorName']
  const known = typeof name === 'string' && ownErrors.has(name)
  throw new XksFailure(known ? (name as XksFailureKind) : 'malformed')
}

interface Message {
  readonly hostname: string
  readonly path: string
  readonly headers: readonly string[]
  readonly payload: Buffer
}

function send(
  { hostname, path, headers, payload }: Message,
  transport: XksTransport,
): Promise<{ status: number; body: Buffer }> {
  const { port = 443, timeoutMilliseconds = defaultTimeout } = transport
  return new Promise((resolve, reject) => {
    const fail = (kind: XksFailureKind) => reject(new XksFailure(kind))
    const signal = AbortSignal.timeout(timeoutMilliseconds)
    const lines = [...headers, 'Content-Type', 'application/json', 'Content-Length', String(payload.length)]
    const outgoing = httpsRequest(
      { hostname, port, path, method: 'POST', headers: lines, agent: agentOf(transport), signal },
      (incoming) => {
        const chunks: Buffer[] = []
        let length = 0
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > longestAnswer) {
            fail('malformed')
            incoming.destroy()
          } else chunks.push(chunk)
        })
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }))
        incoming.on('error', (error) => fail(kindOf(error, signal)))
      },
    )
    outgoing.on('error', (error) => fail(kindOf(error, signal)))
    outgoing.end(payload)
  })
}

function kindOf(error: NodeJS.ErrnoException, signal: AbortSignal): XksFailureKind {
  if (signal.aborted) return 'timeout'
  const code = error.code ?? ''
  return /^(?:ERR_TLS|ERR_SSL|CERT|EPROTO|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|INVALID_CA|HOSTNAME)/.test(code)
    ? 'tls'
    : 'unreachable'
}

const agents = new WeakMap<XksTransport, Agent>()

/** Connections are kept: the time that a request may take leaves no room for a handshake each. */
function agentOf(transport: XksTransport): Agent {
  let agent = agents.get(transport)
  if (!agent) {
    const { ca } = transport
    agent = new Agent({ keepAlive: true, maxSockets: 64, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) })
    agents.set(transport, agent)
  }
  return agent
}

function parse(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(body) ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
