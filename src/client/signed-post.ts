import { readJsonObject } from '../base/json-object.ts'
import type { Secret } from '../base/secret.ts'
import { type SigningCredentials, sign } from '../sigv4/sign.ts'

/** A POST to one service of a server. */
export interface Post {
  readonly endpoint: URL
  readonly region: string
  /** The name that credential scopes give the service. */
  readonly service: string
  /** Absent for the operations that anybody may call. */
  readonly credentials?: SigningCredentials | undefined
  /** Name, value, name, value, …, besides `Host` and what signing adds. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
  /** The server's time, by which it judges signatures, in milliseconds since 1970. */
  readonly nowMs: number
  readonly timeoutMs?: number
}

export type Posted =
  | { readonly status: number; readonly text: string }
  /** Why no answer came: a network code such as `ECONNREFUSED`, `timeout`, or `too large`. */
  | { readonly unreachable: string }

/** A whole answer fits several times over: the largest value is 64 KiB, the largest batch some megabytes. */
const mostBytes = 16 * 1024 * 1024
const usualTimeoutMs = 10_000

/** Sends a request, signed where there are credentials. */
export function signedPost(post: Post): Promise<Posted> {
  const { endpoint, credentials, body, region, service, nowMs } = post
  const given = ['Host', endpoint.host, ...post.headers]
  const request = { method: 'POST', target: endpoint.pathname, headers: given, body }
  return sendPost({
    url: endpoint,
    headers: credentials ? sign(request, credentials, { region, service, nowMs }) : given,
    body,
    ...(post.timeoutMs !== undefined && { timeoutMs: post.timeoutMs }),
  })
}

export interface ReadyPost {
  readonly url: URL
  /** Name, value, name, value, …, with the signature among them. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
  readonly timeoutMs?: number
}

/** Sends a request as it is. No redirection is followed: it could lead a signature elsewhere. */
export async function sendPost({ url, headers: sent, body, timeoutMs = usualTimeoutMs }: ReadyPost): Promise<Posted> {
  const headers = new Headers()
  for (let index = 0; index < sent.length; index += 2) {
    // The client sets it from the address itself.
    if (sent[index] !== 'Host') headers.set(sent[index] as string, sent[index + 1] as string)
  }
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body), redirect: 'error', signal })
    const text = await boundedText(answer)
    return text === undefined ? { unreachable: 'too large' } : { status: answer.status, text }
  } catch (error) {
    return { unreachable: causeOf(error) }
  }
}

async function boundedText(answer: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > mostBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** What kept an answer from coming, without anything of the request in it. */
export function causeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } }
  if (name === 'TimeoutError') return 'timeout'
  return cause?.code ?? cause?.message ?? 'no connection'
}

export interface JsonCall {
  readonly endpoint: URL
  readonly region: string
  readonly service: string
  /** `secretsmanager.GetSecretValue` */
  readonly target: string
  readonly input: object
  readonly credentials: SigningCredentials
  readonly nowMs: number
}

/** Calls an operation of a JSON service. */
export function postJson({ target, input, ...post }: JsonCall): Promise<Posted> {
  const headers = ['Content-Type', 'application/x-amz-json-1.1', 'X-Amz-Target', target]
  return signedPost({ ...post, headers, body: Buffer.from(JSON.stringify(input)) })
}

/** What a server said when it refused. */
export interface WireRefusal {
  readonly code: string
  readonly message: string
}

/** Reads the error of a JSON service; nothing where the text is none. */
export function readJsonRefusal(text: string): WireRefusal | undefined {
  const parsed = readJsonObject(text)
  const type = parsed?.['__type']
  if (typeof type !== 'string') return undefined
  const message = parsed?.['Message'] ?? parsed?.['message']
  return { code: type.slice(type.lastIndexOf('#') + 1), message: typeof message === 'string' ? message : '' }
}

/** A form body of the query protocol; values of secrets are revealed here and nowhere before. */
export function formBody(fields: Readonly<Record<string, string | Secret<string> | undefined>>): Buffer {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.set(name, typeof value === 'string' ? value : value.reveal())
  }
  return Buffer.from(form.toString())
}
