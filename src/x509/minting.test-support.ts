import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** Writes DER, so that tests can make certificates of every kind, wrong ones too. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const size = Math.ceil((32 - Math.clz32(length)) / 8)
  const head = Buffer.alloc(2 + size)
  head[0] = tag
  head[1] = 0x80 | size
  head.writeUIntBE(length, 2, size)
  return Buffer.concat([head, content])
}

export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) groups.unshift((more & 0x7f) | 0x80)
    return groups
  })
  return der(0x06, Buffer.from(bytes))
}

export function integer(hex: string): Buffer {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(even, 'hex')
  return der(0x02, (bytes[0] as number) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

const types: Readonly<Record<string, string>> = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6' }

export function name(attributes: Readonly<Record<string, string>>): Buffer {
  const sets = Object.entries(attributes).map(([type, value]) =>
    der(0x31, sequence(oid(types[type] ?? type), der(0x0c, Buffer.from(value)))),
  )
  return sequence(...sets)
}

function time(moment: number): Buffer {
  const text = new Date(moment).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x18, Buffer.from(text))
}

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export function pair(kind: 'rsa' | 'ec' | 'weak' = 'ec'): Pair {
  if (kind === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: kind === 'weak' ? 1024 : 2048 })
}

export interface Wanted {
  readonly subject: Readonly<Record<string, string>>
  readonly issuer: Readonly<Record<string, string>>
  readonly key: Pair
  readonly signer: Pair
  readonly serial?: string
  readonly notBefore?: number
  readonly notAfter?: number
  readonly authority?: boolean
  readonly pathLength?: number
  /** The first bits of KeyUsage; nothing leaves it out. */
  readonly keyUsage?: number | undefined
  readonly extendedKeyUsage?: readonly string[]
  readonly dns?: readonly string[]
  readonly uri?: readonly string[]
  /** Further extensions, as they are. */
  readonly extensions?: readonly Buffer[]
  readonly hash?: 'sha256' | 'sha1'
}

const algorithms: Readonly<Record<string, string>> = {
  'rsa sha256': '1.2.840.113549.1.1.11',
  'rsa sha1': '1.2.840.113549.1.1.5',
  'ec sha256': '1.2.840.10045.4.3.2',
  'ec sha1': '1.2.840.10045.4.1',
}

function algorithm(signer: Pair, hash: string): Buffer {
  const type = signer.privateKey.asymmetricKeyType as string
  const parameters = type === 'rsa' ? [der(0x05)] : []
  return sequence(oid(algorithms[`${type} ${hash}`] as string), ...parameters)
}

export function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))
}

export const digitalSignature = 0x80
export const keyCertSign = 0x04
export const crlSign = 0x02
const year = 365 * 86_400_000

/** A certificate in DER. */
export function mint(wanted: Wanted): Buffer {
  const { subject, issuer, key, signer, serial = '1f71c5', authority, pathLength, hash = 'sha256' } = wanted
  const { notBefore = Date.UTC(2026, 0, 1), notAfter = notBefore + year } = wanted
  const { keyUsage = authority ? keyCertSign | crlSign : digitalSignature } = wanted
  const list = [...(wanted.extensions ?? [])]
  const constraints = authority
    ? [der(0x01, Buffer.from([0xff])), ...(pathLength === undefined ? [] : [integer(pathLength.toString(16))])]
    : []
  list.push(extension('2.5.29.19', sequence(...constraints), true))
  if (!('keyUsage' in wanted) || wanted.keyUsage !== undefined)
    list.push(extension('2.5.29.15', der(0x03, Buffer.from([0, keyUsage])), true))
  if (wanted.extendedKeyUsage) list.push(extension('2.5.29.37', sequence(...wanted.extendedKeyUsage.map(oid))))
  const names = [
    ...(wanted.dns ?? []).map((one) => der(0x82, Buffer.from(one))),
    ...(wanted.uri ?? []).map((one) => der(0x86, Buffer.from(one))),
  ]
  if (names.length > 0) list.push(extension('2.5.29.17', sequence(...names)))
  const signedBy = algorithm(signer, hash)
  const body = sequence(
    der(0xa0, integer('02')),
    integer(serial),
    signedBy,
    name(issuer),
    sequence(time(notBefore), time(notAfter)),
    name(subject),
    key.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...list)),
  )
  return sequence(body, signedBy, der(0x03, Buffer.from([0]), sign(hash, body, signer.privateKey)))
}

/** A list of revoked certificates in DER. */
export function mintList(issuer: Readonly<Record<string, string>>, signer: Pair, serials: readonly string[]): Buffer {
  const now = time(Date.UTC(2026, 0, 1))
  const entries = serials.map((serial) => sequence(integer(serial), now))
  const signedBy = algorithm(signer, 'sha256')
  const list = sequence(
    integer('01'),
    signedBy,
    name(issuer),
    now,
    ...(entries.length > 0 ? [sequence(...entries)] : []),
  )
  return sequence(list, signedBy, der(0x03, Buffer.from([0]), sign('sha256', list, signer.privateKey)))
}

export function pem(bytes: Buffer, label = 'CERTIFICATE'): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
}
