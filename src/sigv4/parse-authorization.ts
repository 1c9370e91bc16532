import type { SignatureTexts } from './claim.ts'
import type { AuthorizationPart, Refusal } from './refusal.ts'

const maxAuthorizationLength = 8_192

/**
 * Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. Parameters come in any order, parted by commas,
 * spaces or both (a space inside a value therefore parts it, as on AWS); each has to be there once, and no other.
 */
export function parseAuthorization(
  header: string,
  date: string | undefined,
): { texts: SignatureTexts } | { refused: Refusal } {
  if (header.length > maxAuthorizationLength) return { refused: { kind: 'authorizationTooLong' } }
  if (!header.startsWith('AWS4-')) return { refused: { kind: 'otherScheme' } }
  const space = header.indexOf(' ')
  const algorithm = space === -1 ? header : header.slice(0, space)
  let credential = ''
  let signedHeaders = ''
  let signature = ''
  for (let start = algorithm.length; start < header.length; ) {
    const end = partEnd(header, start)
    if (end > start) {
      const part = header.slice(start, end)
      if (!part.includes('=')) return { refused: { kind: 'missingEqualSign', authorization: header } }
      if (credential === '' && part.startsWith('Credential=')) credential = part.slice(11)
      else if (signedHeaders === '' && part.startsWith('SignedHeaders=')) signedHeaders = part.slice(14)
      else if (signature === '' && part.startsWith('Signature=')) signature = part.slice(10)
      else return { refused: { kind: 'unexpectedAuthorizationPart', authorization: header } }
    }
    start = end + 1
  }
  const missing: AuthorizationPart[] = []
  if (credential === '') missing.push('Credential')
  if (signature === '') missing.push('Signature')
  if (signedHeaders === '') missing.push('SignedHeaders')
  if (!date) missing.push('Date')
  if (missing.length > 0) return { refused: { kind: 'incompleteAuthorization', missing, authorization: header } }
  return { texts: { algorithm, credential, signedHeaders, signature, date: date as string } }
}

/** Where the part that begins here ends: at a comma, a space or the end. */
function partEnd(header: string, start: number): number {
  let end = start
  while (end < header.length && header.charCodeAt(end) !== 0x2c && header.charCodeAt(end) !== 0x20) end++
  return end
}
