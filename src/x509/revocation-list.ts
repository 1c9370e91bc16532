import { verify } from 'node:crypto'
import { isFitKey, signatureAlgorithms } from './algorithms.ts'
import { algorithmOf, type Certificate, KeyUsage } from './certificate.ts'
import { bitBytesOf, childrenOf, type DerValue, integerOf, readDer, Tag, timeOf } from './der.ts'
import { type DistinguishedName, nameOf } from './name.ts'

/** A list of revoked certificates (RFC 5280, section 5). Nothing of it is proven. */
export interface RevocationList {
  readonly issuer: DistinguishedName
  readonly thisUpdate: number
  /** Serial numbers in lower-case hexadecimal, without zeros in front. */
  readonly revoked: ReadonlySet<string>
  readonly signatureAlgorithm: string
  /** The bytes that are signed, and the signature. */
  readonly signed: Buffer
  readonly signature: Buffer
}

/** Reads a list in DER or PEM, or nothing where the bytes are none. */
export function readRevocationList(bytes: Buffer): RevocationList | undefined {
  const whole = readDer(unarmoured(bytes))
  const [list, algorithm, bits, more] = (whole?.tag === Tag.sequence && childrenOf(whole)) || []
  const signature = bits && bitBytesOf(bits)
  const signatureAlgorithm = algorithm && algorithmOf(algorithm)
  const parts = list?.tag === Tag.sequence ? childrenOf(list) : undefined
  if (!list || !signature || !signatureAlgorithm || more || !parts) return undefined
  const [inner, name, time, ...rest] = parts[0]?.tag === Tag.integer ? parts.slice(1) : parts
  const issuer = name && nameOf(name)
  const thisUpdate = time && timeOf(time)
  if (!issuer || thisUpdate === undefined || !inner?.bytes.equals(algorithm.bytes)) return undefined
  const entries = rest.find(({ tag }) => tag === Tag.sequence)
  const revoked = entries ? serialsOf(entries) : new Set<string>()
  return revoked && { issuer, thisUpdate, revoked, signatureAlgorithm, signed: list.bytes, signature }
}

function unarmoured(bytes: Buffer): Buffer {
  if (bytes[0] === Tag.sequence) return bytes
  const body = /-----BEGIN X509 CRL-----\s([A-Za-z0-9+/=\s]*)-----END X509 CRL-----/.exec(bytes.toString('latin1'))?.[1]
  return body === undefined ? bytes : Buffer.from(body, 'base64')
}

function serialsOf(entries: DerValue): ReadonlySet<string> | undefined {
  const serials = new Set<string>()
  for (const entry of childrenOf(entries) ?? []) {
    const [serial, time] = (entry.tag === Tag.sequence && childrenOf(entry)) || []
    const read = serial && integerOf(serial)
    if (read === undefined || !time || timeOf(time) === undefined) return undefined
    serials.add(read)
  }
  return serials
}

/** Whether an authority signed a list. */
export function signedList(list: RevocationList, { subject, keyUsage, publicKey: key }: Certificate): boolean {
  const algorithm = signatureAlgorithms.get(list.signatureAlgorithm)
  if (!algorithm || algorithm.keyType !== key.asymmetricKeyType || !isFitKey(key)) return false
  if (!subject.bytes.equals(list.issuer.bytes)) return false
  if (keyUsage !== undefined && !(keyUsage & KeyUsage.crlSign)) return false
  return verify(algorithm.hash, list.signed, key, list.signature)
}

/** Whether a list names a certificate of a path. Only those of the list's own issuer can be on it. */
export function isRevoked(list: RevocationList, path: readonly Certificate[]): boolean {
  return path.some(({ issuer, serial }) => issuer.bytes.equals(list.issuer.bytes) && list.revoked.has(serial))
}
