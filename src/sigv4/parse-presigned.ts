import type { QueryParameter } from './canonical-query.ts'
import type { SignatureTexts } from './claim.ts'
import { decode } from './percent-encoding.ts'
import type { PresignedPart, Refusal } from './refusal.ts'

const required: readonly PresignedPart[] = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
]
const known = new Set<string>([...required, 'X-Amz-Expires', 'X-Amz-Security-Token', 'X-Amz-Content-Sha256'])

/** The longest session token: far above what STS issues. */
const maxValueLength = 8_192

/** Whether a query says that the request is presigned; half a signature counts, so that it is refused and not ignored. */
export function isPresigned(parameters: readonly QueryParameter[]): boolean {
  return parameters.some(({ name }) => name !== 'X-Amz-Date' && (required as readonly string[]).includes(name))
}

/** Takes the signature parameters out of a query; each may be there once. */
export function parsePresigned(
  parameters: readonly QueryParameter[],
): { texts: SignatureTexts } | { refused: Refusal } {
  const values = new Map<string, string>()
  for (const { name, value } of parameters) {
    if (!known.has(name)) continue
    if (values.has(name)) return { refused: { kind: 'repeatedParameter', name } }
    if (value.length > maxValueLength) return { refused: { kind: 'malformedQuery' } }
    values.set(name, decode(value))
  }
  const missing = required.filter((name) => !values.get(name))
  if (missing.length > 0) return { refused: { kind: 'incompleteQuery', missing } }
  const expires = values.get('X-Amz-Expires')
  const sessionToken = values.get('X-Amz-Security-Token')
  const payloadHash = values.get('X-Amz-Content-Sha256')
  return {
    texts: {
      algorithm: values.get('X-Amz-Algorithm') as string,
      credential: values.get('X-Amz-Credential') as string,
      signedHeaders: values.get('X-Amz-SignedHeaders') as string,
      signature: values.get('X-Amz-Signature') as string,
      date: values.get('X-Amz-Date') as string,
      ...(expires === undefined ? {} : { expires }),
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(payloadHash === undefined ? {} : { payloadHash }),
    },
  }
}
