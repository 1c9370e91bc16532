import type { Arrived } from '../src/http/listener.ts'
import { indexHeaders } from '../src/sigv4/headers.ts'

interface Sent {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly body?: Uint8Array
}

/** A request as the listener hands it on. */
export function arrivedRequest({ method, target, rawHeaders, body = new Uint8Array() }: Sent): Arrived {
  const [path = '', query = ''] = target.split('?')
  const index = indexHeaders(rawHeaders)
  const place = { sourceIp: '127.0.0.1', tls: undefined }
  return { method, target, path, query, rawHeaders, index, header: index.header, body: Buffer.from(body), ...place }
}
