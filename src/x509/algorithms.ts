import type { KeyObject } from 'node:crypto'

/** How a signature algorithm of certificates is checked. Without SHA-1 and MD5: certificates that collide can be made. */
export const signatureAlgorithms: ReadonlyMap<string, { readonly hash: string; readonly keyType: string }> = new Map([
  ['1.2.840.113549.1.1.11', { hash: 'sha256', keyType: 'rsa' }],
  ['1.2.840.113549.1.1.12', { hash: 'sha384', keyType: 'rsa' }],
  ['1.2.840.113549.1.1.13', { hash: 'sha512', keyType: 'rsa' }],
  ['1.2.840.10045.4.3.2', { hash: 'sha256', keyType: 'ec' }],
  ['1.2.840.10045.4.3.3', { hash: 'sha384', keyType: 'ec' }],
  ['1.2.840.10045.4.3.4', { hash: 'sha512', keyType: 'ec' }],
])

const leastModulus = 2048
const mostModulus = 8192
const mostExponent = 2n ** 32n
const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Whether a key is strong enough to be believed, and small enough that checking its signatures costs nobody much. */
export function isFitKey({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return curves.has(details?.namedCurve ?? '')
  if (asymmetricKeyType !== 'rsa') return false
  const { modulusLength = 0, publicExponent = mostExponent } = details ?? {}
  return modulusLength >= leastModulus && modulusLength <= mostModulus && publicExponent < mostExponent
}
