import { NotTheProtocol } from './packets.ts'

const preloginOptions = { version: 0x00, encryption: 0x01, end: 0xff } as const

/** Values of the ENCRYPTION option (MS-TDS 2.2.6.5). */
export const encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const

/** What the client wants of encryption. */
export function readPrelogin(data: Buffer): number {
  for (let at = 0; data[at] !== preloginOptions.end; at += 5) {
    if (at + 5 > data.length) throw new NotTheProtocol()
    if (data[at] === preloginOptions.encryption) return data[data.readUInt16BE(at + 1)] ?? encryption.off
  }
  return encryption.off
}

/**
 * The row of the table of MS-TDS 2.2.6.5: what client and server say, and what the server answers. A client that wants its login alone
 * encrypted is not served.
 */
export function negotiated(wanted: number, server: 'none' | 'offered' | 'forced'): number {
  if (wanted === encryption.off) throw new NotTheProtocol()
  if (server === 'none') return encryption.notSupported
  if (server === 'forced') return wanted === encryption.on ? encryption.on : encryption.required
  return wanted === encryption.notSupported ? encryption.notSupported : wanted
}

export function preloginAnswer(answer: number): Buffer {
  const table = Buffer.from([
    preloginOptions.version,
    0,
    11,
    0,
    6,
    preloginOptions.encryption,
    0,
    17,
    0,
    1,
    preloginOptions.end,
  ])
  return Buffer.concat([table, Buffer.from([16, 0, 0x10, 0x00, 0, 0]), Buffer.from([answer])])
}

export interface Login7 {
  readonly tdsVersion: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Where the pairs of offset and length in characters stand (MS-TDS 2.2.6.4, «OffsetLength»). */
const places = { user: 40, password: 44, database: 68 } as const
const fixedBytes = 94

export function readLogin7(data: Buffer): Login7 {
  if (data.length < fixedBytes || data.readUInt32LE(0) !== data.length) throw new NotTheProtocol()
  const bytes = (place: number) => {
    const from = data.readUInt16LE(place)
    return data.subarray(from, from + 2 * data.readUInt16LE(place + 2))
  }
  return {
    tdsVersion: data.readUInt32LE(4),
    user: bytes(places.user).toString('utf16le'),
    password: disclosed(bytes(places.password)).toString('utf16le'),
    database: bytes(places.database).toString('utf16le'),
  }
}

/** Undoes what the client does to a password: swap the halves of each byte, then XOR with 0xA5 (MS-TDS 2.2.6.4). */
function disclosed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 0xff))
}
