import { assert } from '../base/assert.ts'
import { canonicalPath } from './canonical-path.ts'
import { canonicalQuery, parseQuery } from './canonical-query.ts'
import type { HeaderLookup } from './headers.ts'
import { splitTarget } from './request.ts'

/** What a canonical request is made of. */
export interface CanonicalParts {
  readonly method: string
  readonly target: string
  readonly header: HeaderLookup
  readonly signedHeaders: readonly string[]
  /** A presigned request's own signature stands in its query and is left out. */
  readonly presigned: boolean
  /** SHA-256 of the body, in hexadecimal. */
  readonly payloadHash: string
}

/**
 * Step 1: the request in the one form that both sides hash. One character per byte, as in the request. A signed header
 * that is not there counts as empty.
 */
export function canonicalRequest(parts: CanonicalParts): string {
  const { header, signedHeaders } = parts
  // Joined at once: a text that grows piece by piece is put together only when it is read, at several times the cost.
  const pieces = [parts.method, '\n', canonicalResource(parts.target, parts.presigned), '\n']
  for (const name of signedHeaders) pieces.push(name, ':', header(name) ?? '', '\n')
  pieces.push('\n', signedHeaders.join(';'), '\n', parts.payloadHash)
  return pieces.join('')
}

/** Path and query, a line each. */
function canonicalResource(target: string, presigned: boolean): string {
  if (target === '/') return '/\n'
  const { path, query } = splitTarget(target)
  if (query === '') return `${canonicalPath(path)}\n`
  const parameters = parseQuery(query)
  assert(parameters !== undefined, 'a query is checked before it is made canonical')
  return `${canonicalPath(path)}\n${canonicalQuery(parameters, presigned ? 'X-Amz-Signature' : undefined)}`
}
