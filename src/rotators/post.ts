import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'

export interface PostOptions {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Certificate authorities in PEM, in place of the system's. */
  readonly ca?: string | undefined
  readonly timeoutMilliseconds: number
}

export type Posted =
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
      readonly body: string
    }
  /** A code without any text of the other side. */
  | { readonly failed: string }

const mostAnswerBytes = 64 * 1024

/** One request and its whole answer. Redirects are not followed, because they would take the event where nobody configured it to go. */
export function post({ url, headers, body, ca, timeoutMilliseconds }: PostOptions): Promise<Posted> {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest
  const signal = AbortSignal.timeout(timeoutMilliseconds)
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ failed: signal.aborted ? 'Timeout' : (error.code ?? error.name) })
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
      signal,
      maxHeaderSize: 16_384,
      ...(ca !== undefined && { ca }),
    })
    request.on('error', fail)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= mostAnswerBytes) chunks.push(chunk)
        else response.destroy(Object.assign(new Error('too much'), { code: 'AnswerTooLong' }))
      })
      response.on('error', fail)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    request.end(body)
  })
}

/** What a failing function says of itself, in Lambda's form. */
export function readErrorBody(body: string): { readonly type?: string; readonly detail?: string } {
  try {
    const { errorType, errorMessage } = (JSON.parse(body) ?? {}) as Record<string, unknown>
    const type = typeof errorType === 'string' && /^[A-Za-z0-9_.:-]{1,64}$/.test(errorType) ? errorType : undefined
    return { ...(type && { type }), ...(typeof errorMessage === 'string' && { detail: errorMessage }) }
  } catch {
    return {}
  }
}
