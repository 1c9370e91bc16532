import type { Release } from './release.ts'
import { WireReader } from './wire.ts'

/** What a client asks for, in the order of fields in which node-oracledb's thin driver writes them. */
export type Call =
  | { readonly kind: 'protocol' }
  | { readonly kind: 'data-types'; readonly types: DataTypes }
  | { readonly kind: 'fast-login'; readonly types: DataTypes; readonly login: LoginCall }
  | { readonly kind: 'login'; readonly login: LoginCall }
  | { readonly kind: 'execute'; readonly execute: ExecuteCall }
  | { readonly kind: 'fetch'; readonly cursor: number; readonly rows: number }
  | { readonly kind: 'ping' | 'logoff' | 'rollback' | 'commit' }

export interface DataTypes {
  readonly wantsTimeZone: boolean
  readonly known: readonly (readonly [type: number, as: number, representation: number])[]
}

export interface LoginCall {
  readonly step: 1 | 2
  readonly user: string
  readonly pairs: ReadonlyMap<string, string>
}

export interface ExecuteCall {
  /** Absent where an open cursor is executed again. */
  readonly sql: string | undefined
  readonly cursor: number
  /** How many rows come with the answer. */
  readonly rows: number
  readonly binds: readonly string[]
}

const functions = {
  reexecute: 4,
  fetch: 5,
  logoff: 9,
  commit: 14,
  rollback: 15,
  reexecuteAndFetch: 78,
  execute: 94,
  closeCursors: 105,
  loginEnd: 115,
  loginBegin: 118,
  ping: 147,
} as const

const fieldsWithToken = 18
const fieldsOf12_2 = 8
const fieldsOfFastLogin = 13
const varchar = 1

/** Reads one message. `bindsOf` tells how many binds an open cursor has. */
export function readCall(
  bytes: Buffer,
  release: Release,
  bindsOf: (cursor: number) => number,
  closed: (cursor: number) => void,
): Call {
  const reader = new WireReader(bytes)
  const call = readMessage(reader, release, bindsOf, closed)
  if (reader.left > 0) throw new Error(`${reader.left} bytes follow the call ${call.kind}.`)
  return call
}

function readMessage(
  reader: WireReader,
  { fields }: Release,
  bindsOf: (cursor: number) => number,
  closed: (cursor: number) => void,
): Call {
  for (;;) {
    const message = reader.byte()
    if (message === 1) return readProtocol(reader)
    if (message === 2) return { kind: 'data-types', types: readDataTypes(reader) }
    if (message === 34) return readFastLogin(reader)
    if (message !== 3 && message !== 17) throw new Error(`The message ${message} is not known.`)
    const code = readHeader(reader, fields)
    if (message === 3) return readFunction(code, reader, fields, bindsOf)
    if (code !== functions.closeCursors) throw new Error(`The function ${code} cannot ride on another.`)
    reader.exactly(1, 'the pointer to cursors')
    for (let left = reader.integer(); left > 0; left--) closed(reader.integer())
  }
}

/** The code of a function, its sequence number, and from 23.1 on a token for pipelines. */
function readHeader(reader: WireReader, fields: number): number {
  const code = reader.byte()
  reader.byte()
  if (fields >= fieldsWithToken) reader.integer(8)
  return code
}

function readFunction(code: number, reader: WireReader, fields: number, bindsOf: (cursor: number) => number): Call {
  switch (code) {
    case functions.loginBegin:
    case functions.loginEnd:
      return { kind: 'login', login: readLogin(reader, code === functions.loginBegin ? 1 : 2) }
    case functions.execute:
      return { kind: 'execute', execute: readExecute(reader, fields) }
    case functions.reexecute:
    case functions.reexecuteAndFetch:
      return { kind: 'execute', execute: readReexecute(reader, bindsOf) }
    case functions.fetch:
      return { kind: 'fetch', cursor: reader.integer(), rows: reader.integer() }
    case functions.ping:
      return { kind: 'ping' }
    case functions.logoff:
      return { kind: 'logoff' }
    case functions.commit:
      return { kind: 'commit' }
    case functions.rollback:
      return { kind: 'rollback' }
    default:
      throw new Error(`The function ${code} is not known.`)
  }
}

function readProtocol(reader: WireReader): Call {
  while (reader.byte() !== 0);
  reader.terminated()
  return { kind: 'protocol' }
}

function readDataTypes(reader: WireReader): DataTypes {
  reader.bytes(5)
  reader.counted()
  const wantsTimeZone = reader.counted()[1] === 1
  if (wantsTimeZone) reader.bytes(11)
  const known: (readonly [number, number, number])[] = []
  for (let type = reader.uint16(); type !== 0; type = reader.uint16()) {
    known.push([type, reader.uint16(), reader.uint16()])
    reader.uint16()
  }
  return { wantsTimeZone, known }
}

function readFastLogin(reader: WireReader): Call {
  reader.exactly(1, 'the version of the fast login')
  reader.bytes(2)
  reader.exactly(1, 'the message of the protocol')
  readProtocol(reader)
  reader.bytes(5)
  reader.exactly(fieldsOfFastLogin, 'the fields of the fast login')
  reader.exactly(2, 'the message of the data types')
  const types = readDataTypes(reader)
  reader.exactly(3, 'the message of the login')
  if (readHeader(reader, fieldsOfFastLogin) !== functions.loginBegin) throw new Error('It does not log in.')
  return { kind: 'fast-login', types, login: readLogin(reader, 1) }
}

function readLogin(reader: WireReader, step: 1 | 2): LoginCall {
  const named = reader.byte() === 1
  reader.integer()
  reader.integer()
  reader.exactly(1, 'the pointer to pairs')
  const count = reader.integer()
  reader.bytes(2)
  const user = named ? reader.text() : ''
  const pairs = new Map<string, string>()
  for (let left = count; left > 0; left--) {
    reader.integer()
    const key = reader.text()
    const value = reader.integer() > 0 ? reader.text() : ''
    reader.integer()
    pairs.set(key, value)
  }
  return { step, user, pairs }
}

function readExecute(reader: WireReader, fields: number): ExecuteCall {
  reader.integer()
  const cursor = reader.integer()
  const hasSql = reader.byte() === 1
  const length = reader.integer()
  reader.exactly(1, 'the pointer to options')
  const options = reader.integer()
  reader.bytes(3)
  const rows = reader.integer()
  reader.integer()
  reader.byte()
  const binds = reader.integer()
  reader.bytes(5)
  reader.byte()
  if (reader.integer() !== 0) throw new Error('It defines columns.')
  reader.integer()
  reader.bytes(3)
  reader.integer()
  reader.byte()
  reader.integer()
  reader.integer()
  reader.byte()
  reader.integer()
  reader.byte()
  if (fields >= fieldsOf12_2) readSignature(reader, fields)
  const sql = hasSql ? reader.text() : undefined
  if (sql !== undefined && Buffer.byteLength(sql) !== length) throw new Error('The length of the statement is wrong.')
  for (let left = options; left > 0; left--) reader.integer()
  return { sql, cursor, rows, binds: readBinds(reader, fields, binds) }
}

/** The places for the signature of a statement and, from 12.2's first extension on, for its chunks. */
function readSignature(reader: WireReader, fields: number): void {
  reader.byte()
  reader.integer()
  reader.byte()
  reader.integer()
  reader.byte()
  if (fields <= fieldsOf12_2) return
  reader.byte()
  reader.integer()
}

function readBinds(reader: WireReader, fields: number, count: number): readonly string[] {
  for (let left = count; left > 0; left--) {
    reader.exactly(varchar, 'the type of a bind')
    reader.bytes(3)
    reader.integer()
    reader.integer()
    reader.integer(8)
    if (reader.integer() !== 0) throw new Error('A bind is an object.')
    reader.integer()
    reader.integer()
    reader.byte()
    reader.integer()
    if (fields >= fieldsOf12_2) reader.integer()
  }
  return readBindRow(reader, count)
}

function readBindRow(reader: WireReader, count: number): readonly string[] {
  if (count === 0) return []
  reader.exactly(7, 'the message of a row')
  return Array.from({ length: count }, () => reader.text())
}

function readReexecute(reader: WireReader, bindsOf: (cursor: number) => number): ExecuteCall {
  const cursor = reader.integer()
  const rows = reader.integer()
  reader.integer()
  reader.integer()
  return { sql: undefined, cursor, rows, binds: readBindRow(reader, bindsOf(cursor)) }
}
