import { fromUtf8 } from '../base/bytes.ts'

/** One value in Distinguished Encoding Rules (X.690): its tag, what it holds, and all of its bytes. */
export interface DerValue {
  readonly tag: number
  readonly content: Buffer
  readonly bytes: Buffer
}

export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** The value that the bytes are, or nothing where they are none, or more. */
export function readDer(bytes: Buffer): DerValue | undefined {
  const value = valueAt(bytes, 0)
  return value?.bytes.length === bytes.length ? value : undefined
}

/** The values that a constructed value holds, or nothing where it does not consist of whole ones. */
export function childrenOf({ content }: DerValue): readonly DerValue[] | undefined {
  const values: DerValue[] = []
  for (let at = 0; at < content.length; ) {
    const value = valueAt(content, at)
    if (!value) return undefined
    values.push(value)
    at += value.bytes.length
  }
  return values
}

const mostLengthBytes = 4

/** Definite lengths in their shortest form and tags of one byte: the only forms that certificates have. */
function valueAt(bytes: Buffer, at: number): DerValue | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  let length = first
  let start = at + 2
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > mostLengthBytes || start + count > bytes.length) return undefined
    length = bytes.readUIntBE(start, count)
    start += count
    const shortest = length < 0x80 ? 0 : Math.ceil((32 - Math.clz32(length)) / 8)
    if (count !== shortest) return undefined
  }
  const end = start + length
  if (end > bytes.length) return undefined
  return { tag, content: bytes.subarray(start, end), bytes: bytes.subarray(at, end) }
}

/** `2.5.4.3`, or nothing where the bytes are no object identifier. */
export function oidOf({ tag, content }: DerValue): string | undefined {
  if (tag !== Tag.oid || content.length === 0 || content.length > 64) return undefined
  const arcs: bigint[] = []
  let arc = 0n
  let begun = false
  for (const byte of content) {
    if (!begun && byte === 0x80) return undefined
    begun = true
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(arc)
    arc = 0n
    begun = false
  }
  if (begun) return undefined
  const [head = 0n, ...rest] = arcs
  const root = head < 80n ? head / 40n : 2n
  return [root, head - root * 40n, ...rest].join('.')
}

/** A whole number that is not negative, in lower-case hexadecimal without zeros in front; `0` for zero. */
export function integerOf({ tag, content }: DerValue): string | undefined {
  const [first] = content
  if (tag !== Tag.integer || first === undefined || first >= 0x80 || content.length > 64) return undefined
  if (first === 0 && content.length > 1 && (content[1] as number) < 0x80) return undefined
  return content.toString('hex').replace(/^0+(?=.)/, '')
}

/** A time in milliseconds since 1970. Two-digit years are from 1950 to 2049 (RFC 5280, section 4.1.2.5). */
export function timeOf({ tag, content }: DerValue): number | undefined {
  const text = content.toString('latin1')
  const long = tag === Tag.generalizedTime
  if (!long && tag !== Tag.utcTime) return undefined
  const found = (long ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
    text,
  )
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number)
  const full = long ? year : year + (year < 50 ? 2000 : 1900)
  const time = Date.UTC(full, month - 1, day, hour, minute, second)
  // A day that there is not, such as the 30th of February, would be another.
  const shown = new Date(time)
  return shown.getUTCMonth() === month - 1 && shown.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
    ? time
    : undefined
}

/** A text of a name, or nothing where its bytes are none of its kind. */
export function textOf({ tag, content }: DerValue): string | undefined {
  switch (tag) {
    case Tag.utf8:
      return fromUtf8(content)
    case Tag.printable:
    case Tag.ia5:
    case Tag.numeric:
      return content.every((byte) => byte < 0x80) ? content.toString('latin1') : undefined
    case Tag.teletex:
      return content.toString('latin1')
    case Tag.bmp:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : undefined
    default:
      return undefined
  }
}

/** The bits of a bit string as a number, the first bit the lowest; only the first 16 count. */
export function bitsOf({ tag, content }: DerValue): number | undefined {
  const unused = content[0]
  if (tag !== Tag.bitString || unused === undefined || unused > 7) return undefined
  let bits = 0
  for (let index = 0; index < Math.min(16, (content.length - 1) * 8 - unused); index++) {
    const byte = content[1 + (index >> 3)] as number
    if (byte & (0x80 >> (index & 7))) bits |= 1 << index
  }
  return bits
}

/** The bytes of a bit string that consists of whole ones, such as a signature. */
export function bitBytesOf({ tag, content }: DerValue): Buffer | undefined {
  return tag === Tag.bitString && content[0] === 0 ? content.subarray(1) : undefined
}
