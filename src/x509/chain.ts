import { isFitKey, signatureAlgorithms } from './algorithms.ts'
import { type Certificate, KeyUsage } from './certificate.ts'

/** What keeps a certificate from being trusted. */
export type ChainRefusal = 'untrusted' | 'expired' | 'not-yet-valid' | 'weak' | 'not-for-signing'

export type Chain =
  /** From the certificate up to one of the anchors, both included. */
  { readonly trusted: readonly Certificate[] } | { readonly refused: ChainRefusal }

const clientAuthentication = '1.3.6.1.5.5.7.3.2'
const mostAuthorities = 6

/**
 * Whether one of the anchors vouches for a certificate, directly or through others that came with it (RFC 5280, section 6.1,
 * without policies and name constraints: a certificate that demands those is not trusted). `now` in milliseconds since 1970.
 */
export function verifyChain(
  leaf: Certificate,
  others: readonly Certificate[],
  anchors: readonly Certificate[],
  now: number,
): Chain {
  if (!mayAuthenticate(leaf)) return { refused: 'not-for-signing' }
  const path: Certificate[] = [leaf]
  for (;;) {
    const current = path.at(-1) as Certificate
    const refused = judge(current, now)
    if (refused) return { refused }
    const anchor = anchors.find((candidate) => vouchesFor(candidate, current, path.length - 1))
    if (anchor) {
      const wrong = judge(anchor, now, true)
      return wrong ? { refused: wrong } : { trusted: [...path, anchor] }
    }
    const next = others.find(
      (candidate) => !path.includes(candidate) && vouchesFor(candidate, current, path.length - 1),
    )
    if (!next || path.length === mostAuthorities) return { refused: 'untrusted' }
    path.push(next)
  }
}

/** A leaf is for digital signatures by clients, and is no authority. */
function mayAuthenticate({ isAuthority, keyUsage, extendedKeyUsage }: Certificate): boolean {
  if (isAuthority || keyUsage === undefined || !(keyUsage & KeyUsage.digitalSignature)) return false
  return extendedKeyUsage === undefined || extendedKeyUsage.includes(clientAuthentication)
}

/** An anchor is trusted by itself: how it was signed is of no matter. */
function judge(certificate: Certificate, now: number, anchor = false): ChainRefusal | undefined {
  if (now < certificate.notBefore) return 'not-yet-valid'
  if (now > certificate.notAfter) return 'expired'
  if (!isFitKey(certificate.publicKey)) return 'weak'
  if (!anchor && !signatureAlgorithms.has(certificate.signatureAlgorithm)) return 'weak'
  return certificate.demandsMore ? 'untrusted' : undefined
}

/** `below` is how many authorities already stand between it and the leaf. */
function vouchesFor(issuer: Certificate, { issuer: name, signedBy }: Certificate, below: number): boolean {
  const { isAuthority, keyUsage, pathLength, subject } = issuer
  if (!isAuthority || !subject.bytes.equals(name.bytes)) return false
  if (keyUsage !== undefined && !(keyUsage & KeyUsage.keyCertSign)) return false
  if (pathLength !== undefined && below > pathLength) return false
  return isFitKey(issuer.publicKey) && signedBy(issuer.publicKey)
}
