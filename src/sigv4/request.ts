import type { HeaderIndex } from './headers.ts'

/** What arrived, byte-exact. Texts hold one character per byte (latin-1), as node:http gives them. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as on the wire. */
  readonly target: string
  /** Name, value, name, value, …, as in node's `rawHeaders`. */
  readonly headers: readonly string[]
  /** What was made of the headers, where somebody has needed it before. */
  readonly index?: HeaderIndex
  readonly body: Uint8Array
}

/** The longest path and query taken: a query-protocol call with 50 session tags and a policy fits several times over. */
export const maxTargetLength = 32_768

/** The only algorithm served; its asymmetric sister `AWS4-ECDSA-P256-SHA256` (SigV4A) is not. */
export const algorithm = 'AWS4-HMAC-SHA256'
export const terminator = 'aws4_request'

/** The path and the query of a target, without the question mark. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?')
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

const methodText = /^[A-Z]{1,16}$/
// Control characters could end a line of the canonical form early, and a fragment is never sent by a client that signs.
const targetText = /^\/[\x20-\x22\x24-\x7e\x80-\xff]*$/

/** Whether a request line can be written into a canonical request without ambiguity. */
export function isPlainRequestLine(method: string, target: string): boolean {
  return methodText.test(method) && target.length <= maxTargetLength && (target === '/' || targetText.test(target))
}
