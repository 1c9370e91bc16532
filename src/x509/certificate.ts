import { type KeyObject, X509Certificate } from 'node:crypto'
import { bitsOf, childrenOf, type DerValue, integerOf, oidOf, readDer, Tag, timeOf } from './der.ts'
import { type AlternativeNames, alternativeNamesOf } from './alternative-names.ts'
import { type DistinguishedName, nameOf } from './name.ts'

/** What a certificate of X.509 version 3 says (RFC 5280). Nothing of it is proven. */
export interface Certificate {
  readonly der: Buffer
  readonly publicKey: KeyObject
  /** Whether a key signed this certificate. */
  readonly signedBy: (key: KeyObject) => boolean
  /** In lower-case hexadecimal, without zeros in front. */
  readonly serial: string
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
  readonly notBefore: number
  readonly notAfter: number
  /** The object identifier of the algorithm of its signature. */
  readonly signatureAlgorithm: string
  readonly isAuthority: boolean
  /** How many authorities may stand below it. */
  readonly pathLength: number | undefined
  /** Bits of KeyUsage; nothing where it says nothing. */
  readonly keyUsage: number | undefined
  readonly extendedKeyUsage: readonly string[] | undefined
  readonly alternativeNames: AlternativeNames
  /** Whether it demands to be understood in a way that it is not here. */
  readonly demandsMore: boolean
}

export const KeyUsage = { digitalSignature: 1, keyCertSign: 1 << 5, crlSign: 1 << 6 } as const

const longest = 16_384
/** Twenty bytes, and one for the sign. */
const longestSerial = 21

/** Reads a certificate, or nothing where the bytes are none of version 3. */
export function readCertificate(der: Buffer): Certificate | undefined {
  const whole = der.length <= longest ? readDer(der) : undefined
  const [toBeSigned, algorithm, signature, more] = (whole?.tag === Tag.sequence && childrenOf(whole)) || []
  if (!toBeSigned || !algorithm || !signature || more) return undefined
  const parts = toBeSigned.tag === Tag.sequence ? childrenOf(toBeSigned) : undefined
  // Version 3, and so the first part, is given explicitly.
  if (parts?.[0]?.content.toString('hex') !== '020102' || parts[0].tag !== 0xa0) return undefined
  const [, serial, innerAlgorithm, issuer, validity, subject, , ...optional] = parts
  if (!serial || !innerAlgorithm || !issuer || !validity || !subject) return undefined
  // The two statements of the algorithm have to be the same: only one of them is signed.
  if (!innerAlgorithm.bytes.equals(algorithm.bytes)) return undefined
  const times = (childrenOf(validity) ?? []).map(timeOf)
  const extensions = extensionsOf(optional)
  const read = {
    serial: serial.content.length <= longestSerial ? integerOf(serial) : undefined,
    issuer: nameOf(issuer),
    subject: nameOf(subject),
    notBefore: times[0],
    notAfter: times[1],
    signatureAlgorithm: algorithmOf(algorithm),
    ...keysOf(der),
  }
  if (!extensions || times.length !== 2 || !isWhole(read)) return undefined
  return { der, ...read, ...extensions }
}

type Whole<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }

function isWhole<T extends object>(read: T): read is T & Whole<T> {
  return Object.values(read).every((value) => value !== undefined)
}

/** The object identifier of an algorithm. */
export function algorithmOf(value: DerValue): string | undefined {
  const [oid] = (value.tag === Tag.sequence && childrenOf(value)) || []
  return oid && oidOf(oid)
}

function keysOf(der: Buffer): {
  readonly publicKey: KeyObject | undefined
  readonly signedBy: Certificate['signedBy'] | undefined
} {
  try {
    const x509 = new X509Certificate(der)
    return { publicKey: x509.publicKey, signedBy: (key) => x509.verify(key) }
  } catch {
    // Keys of kinds that OpenSSL does not know are no keys here.
    return { publicKey: undefined, signedBy: undefined }
  }
}

type Extensions = Pick<
  Certificate,
  'isAuthority' | 'pathLength' | 'keyUsage' | 'extendedKeyUsage' | 'alternativeNames' | 'demandsMore'
>

const extensionTag = 0xa3
const mostExtensions = 64

function extensionsOf(optional: readonly DerValue[]): Extensions | undefined {
  const wrapped = optional.find(({ tag }) => tag === extensionTag)
  const [list] = (wrapped && childrenOf(wrapped)) ?? []
  const found: { -readonly [K in keyof Extensions]: Extensions[K] } = {
    isAuthority: false,
    pathLength: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    alternativeNames: { dns: [], uri: [], names: [] },
    demandsMore: false,
  }
  const values = list ? childrenOf(list) : []
  if (!values || values.length > mostExtensions) return undefined
  const seen = new Set<string>()
  for (const value of values) {
    const extension = extensionOf(value)
    if (!extension || seen.has(extension.oid)) return undefined
    seen.add(extension.oid)
    const reader = readers[extension.oid]
    if (!reader) found.demandsMore ||= extension.critical
    else {
      const read = reader(extension.value)
      if (!read) return undefined
      Object.assign(found, read)
    }
  }
  return found
}

function extensionOf(value: DerValue) {
  const parts = (value.tag === Tag.sequence && childrenOf(value)) || []
  const [id, flag] = parts
  const octets = parts.at(-1)
  const oid = id && oidOf(id)
  const critical = flag?.tag === Tag.boolean
  if (oid === undefined || octets?.tag !== Tag.octetString || parts.length !== (critical ? 3 : 2)) return undefined
  if (critical && flag.content.toString('hex') !== 'ff') return undefined
  const inner = readDer(octets.content)
  return inner && { oid, critical, value: inner }
}

type Reader = (value: DerValue) => Partial<Extensions> | undefined

const readers: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  '2.5.29.19': basicConstraints,
  '2.5.29.15': (value) => {
    const keyUsage = bitsOf(value)
    return keyUsage === undefined ? undefined : { keyUsage }
  },
  '2.5.29.37': (value) => {
    const usages = (value.tag === Tag.sequence ? childrenOf(value) : undefined)?.map(oidOf)
    return usages?.every((usage) => usage !== undefined) ? { extendedKeyUsage: usages } : undefined
  },
  '2.5.29.17': (value) => {
    const alternativeNames = alternativeNamesOf(value)
    return alternativeNames && { alternativeNames }
  },
}

function basicConstraints(value: DerValue): Partial<Extensions> | undefined {
  const parts = value.tag === Tag.sequence ? childrenOf(value) : undefined
  if (!parts || parts.length > 2) return undefined
  const isAuthority = parts[0]?.tag === Tag.boolean && parts[0].content.toString('hex') === 'ff'
  const length = parts.find(({ tag }) => tag === Tag.integer)
  const read = length && integerOf(length)
  if (length && (read === undefined || read.length > 4 || !isAuthority)) return undefined
  if (parts.length !== Number(isAuthority) + Number(length !== undefined)) return undefined
  return { isAuthority, pathLength: read === undefined ? undefined : Number.parseInt(read, 16) }
}

/** Reads the certificates of a PEM text, in their order; nothing where one of them is none, or where there is none. */
export function readPem(text: string): readonly Certificate[] | undefined {
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g)
  const read = [...blocks].map(([, body = '']) => readCertificate(Buffer.from(body, 'base64')))
  const whole = read.filter((one) => one !== undefined)
  return whole.length > 0 && whole.length === read.length ? whole : undefined
}
