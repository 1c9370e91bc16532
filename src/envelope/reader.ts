import { fromUtf8 } from '../base/bytes.ts'
import { type MessageFault, MessageRefused } from './refusal.ts'

/** Reads fields from the start of some bytes to their end; integers are big-endian. */
export interface FieldReader {
  readonly left: number
  byte(): number
  uint16(): number
  uint32(): number
  bytes(length: number): Buffer
  /** Bytes behind a length of two bytes. */
  field(): Buffer
  /** As `field`, in UTF-8. */
  text(): string
}

/** Where the bytes end before a field does, reading throws `MessageRefused` with the fault that this means. */
export function fieldReader(source: Buffer, shortfall: MessageFault): FieldReader {
  let at = 0
  const bytes = (length: number): Buffer => {
    if (length > source.length - at) throw new MessageRefused(shortfall)
    at += length
    return source.subarray(at - length, at)
  }
  const reader: FieldReader = {
    get left() {
      return source.length - at
    },
    byte: () => bytes(1)[0] as number,
    uint16: () => bytes(2).readUInt16BE(),
    uint32: () => bytes(4).readUInt32BE(),
    bytes,
    field: () => bytes(reader.uint16()),
    text() {
      const text = fromUtf8(reader.field())
      if (text === undefined) throw new MessageRefused('not a message')
      return text
    },
  }
  return reader
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Bytes behind their length. */
export function field(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes])
}
