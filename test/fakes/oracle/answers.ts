import type { DataTypes } from './calls.ts'
import type { Release } from './release.ts'
import type { Pair } from './verifier.ts'
import { WireWriter } from './wire.ts'

const messages = {
  protocol: 1,
  dataTypes: 2,
  error: 4,
  rowHeader: 6,
  rowData: 7,
  parameters: 8,
  status: 9,
  warning: 15,
  describe: 16,
  endOfAnswer: 29,
} as const

const utf8 = 873
const utf16 = 2000

/** What the server is: its version, character sets and what it can do. The client takes the lesser of both sides. */
export function protocolAnswer(release: Release): Buffer {
  const characterSets = Buffer.alloc(11)
  characterSets.writeUInt16BE(utf16, 9)
  const compiled = Buffer.alloc(53)
  compiled[7] = release.fields
  const running = Buffer.alloc(13)
  running[1] = release.tellsTimeZone ? 1 : 0
  running[6] = 4
  const lowFirst = (value: number) => Buffer.from([value & 0xff, value >> 8])
  return new WireWriter()
    .byte(messages.protocol, 6, 0)
    .bytes(Buffer.from('x86_64/Linux 2.4.xx\0'))
    .bytes(lowFirst(utf8))
    .byte(1)
    .bytes(lowFirst(0))
    .uint16(characterSets.length)
    .bytes(characterSets)
    .counted(compiled)
    .counted(running)
    .finish()
}

export function dataTypesAnswer({ tellsTimeZone }: Release, { wantsTimeZone, known }: DataTypes): Buffer {
  const writer = new WireWriter().byte(messages.dataTypes)
  if (tellsTimeZone && wantsTimeZone) writer.byte(0x80, 0, 0, 0, 60, 60, 60, 0x80, 0, 0, 0)
  for (const [type, as, representation] of known) writer.uint16(type).uint16(as).uint16(representation).uint16(0)
  return writer.uint16(0).finish()
}

/** What a login gives back. Traces in public reports of drivers show both kinds of lengths (node-oracledb issue 1589, python-oracledb 39). */
export function pairsAnswer({ widensLengths }: Release, pairs: readonly Pair[]): Buffer {
  const writer = new WireWriter().byte(messages.parameters).integer(pairs.length)
  const sized = (text: string) => {
    if (!widensLengths || text === '') writer.sized(text)
    else writer.integer(3 * text.length).counted(text)
  }
  for (const [key, value, flags = 0] of pairs) {
    sized(key)
    sized(value)
    writer.integer(flags)
  }
  return writer.finish()
}

export function statusAnswer(): Buffer {
  return new WireWriter().byte(messages.status).integer(1, 0).finish()
}

/** A word with an answer that is otherwise good, as that a password ends soon. */
export function warningAnswer(number: number, text: string): Buffer {
  return new WireWriter().byte(messages.warning).integer(number, Buffer.byteLength(text), 0).counted(text).finish()
}

export function endOfAnswer(): Buffer {
  return Buffer.from([messages.endOfAnswer])
}

/** How a call ended: number 0 is well. Every answer to a statement has one. */
export function endOfCall({ fields }: Release, number: number, text: string, cursor = 0, rows = 0): Buffer {
  const writer = new WireWriter()
    .byte(messages.error)
    // Call status, sequence number, current row, number in two bytes, two places in arrays, cursor, place in the statement.
    .integer(1, 0, rows, number & 0xffff, 0, 0, cursor, 0)
    .byte(0, 0, 0, 0, 0, 0)
    // A row's address: object, file, one byte, block, slot.
    .integer(0, 0)
    .byte(0)
    .integer(0, 0)
    // The system's error, statement, call, padding, iterations, logical address, and three lists of errors of batches.
    .integer(0)
    .byte(0, 0)
    .integer(0, 0, 0, 0, 0, 0)
    .integer(number, rows)
  if (fields >= 14) writer.integer(0, 0)
  return (number === 0 ? writer : writer.counted(text)).finish()
}

/** What a statement that is no query gives back: four empty lists. */
export function emptyParameters(): Buffer {
  return new WireWriter().byte(messages.parameters).integer(0, 0, 0, 0).finish()
}

export interface Column {
  readonly name: string
  readonly type: 'text' | 'number'
}

export function describeAnswer(release: Release, columns: readonly Column[]): Buffer {
  const writer = new WireWriter().byte(messages.describe).counted('').integer(1000, columns.length)
  if (columns.length > 0) writer.byte(0)
  for (const [index, column] of columns.entries()) describeColumn(writer, release, column, index + 1)
  return writer.integer(0, 0, 0, 0, 0, 0).finish()
}

const longestValue = 128

function describeColumn(writer: WireWriter, { fields }: Release, { name, type }: Column, place: number): void {
  const text = type === 'text'
  writer
    .byte(text ? 1 : 2, 0, 0, 0)
    // Size, elements of an array, flags, type's id and version, character set.
    .integer(text ? longestValue : 22, 0, 0, 0, 0, text ? utf8 : 0)
    .byte(text ? 1 : 0)
    .integer(text ? longestValue : 0)
  if (fields >= 8) writer.integer(0)
  writer.byte(1, name.length).sized(name).sized('').sized('').integer(place, 0)
  if (fields >= 17) writer.sized('').sized('')
  if (fields >= 20) writer.integer(0)
  if (fields >= 24) writer.integer(0).byte(0, 0)
}

export type Value = string | number | null

export function rowsAnswer(rows: readonly (readonly Value[])[]): Buffer {
  if (rows.length === 0) return Buffer.alloc(0)
  const writer = new WireWriter().byte(messages.rowHeader, 0).integer(rows.length, 0, rows.length, 0, 0, 0)
  for (const row of rows) {
    writer.byte(messages.rowData)
    for (const value of row) writer.counted(typeof value === 'number' ? numberBytes(value) : (value ?? ''))
  }
  return writer.finish()
}

/** A whole number below a hundred, as Oracle keeps numbers: an exponent, and digits to the base of a hundred, each plus one. */
function numberBytes(value: number): Buffer {
  if (!Number.isInteger(value) || value < 0 || value > 99) throw new Error(`${value} is no number for this server.`)
  return Buffer.from(value === 0 ? [0x80] : [0xc1, value + 1])
}
