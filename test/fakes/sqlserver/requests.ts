import { type Message, NotTheProtocol, packetTypes } from './packets.ts'

/** A batch, or a call of `sp_executesql`, which is how drivers send statements with parameters. */
export interface SqlRequest {
  readonly sql: string
  readonly parameters: ReadonlyMap<string, string | null>
  readonly procedure: boolean
}

const executeSql = 10
const nvarchar = 0xe7
const unlimited = 0xffff
const noValue = 0xffff

/** Reads SQLBatch (MS-TDS 2.2.6.7) and RPC Request (2.2.6.6). Throws `NotTheProtocol`. */
export function readRequest({ type, data }: Message): SqlRequest {
  const headers = data.readUInt32LE(0)
  const body = data.subarray(headers)
  if (type === packetTypes.sqlBatch) return { sql: body.toString('utf16le'), parameters: new Map(), procedure: false }
  if (body.readUInt16LE(0) !== 0xffff || body.readUInt16LE(2) !== executeSql) throw new NotTheProtocol()
  const [statement, declared, ...rest] = readParameters(body.subarray(6))
  if (typeof statement?.value !== 'string') throw new NotTheProtocol()
  const parameters = new Map(rest.map(({ name, value }) => [name.toLowerCase(), value]))
  const names = declaredNames(declared?.value ?? '')
  if (names.length !== parameters.size || names.some((name) => !parameters.has(name))) throw new NotTheProtocol()
  return { sql: statement.value, parameters, procedure: true }
}

/** The second argument of `sp_executesql` says name and type of each parameter that follows. */
function declaredNames(text: string): readonly string[] {
  if (text === '') return []
  return text.split(',').map((one) => {
    const [, name] = /^\s*(@\w+)\s+nvarchar\s*\((?:\d+|max)\)\s*$/i.exec(one) ?? []
    if (name === undefined) throw new NotTheProtocol()
    return name.toLowerCase()
  })
}

interface Parameter {
  readonly name: string
  readonly value: string | null
}

function readParameters(data: Buffer): readonly Parameter[] {
  const found: Parameter[] = []
  let at = 0
  while (at < data.length) {
    const nameBytes = 2 * (data[at] ?? 0)
    const name = data.toString('utf16le', at + 1, at + 1 + nameBytes)
    at += 1 + nameBytes + 1
    if (data[at] !== nvarchar) throw new NotTheProtocol()
    const partial = data.readUInt16LE(at + 1) === unlimited
    at += 1 + 2 + 5
    const read = partial ? readPartial(data, at) : readWhole(data, at)
    found.push({ name, value: read.value })
    at = read.end
  }
  return found
}

function readWhole(data: Buffer, at: number): { readonly value: string | null; readonly end: number } {
  const bytes = data.readUInt16LE(at)
  if (bytes === noValue) return { value: null, end: at + 2 }
  return { value: data.toString('utf16le', at + 2, at + 2 + bytes), end: at + 2 + bytes }
}

/** NVARCHAR(MAX): partially length-prefixed, in chunks (MS-TDS 2.2.5.2.3). */
function readPartial(data: Buffer, from: number): { readonly value: string | null; readonly end: number } {
  if (data.readBigUInt64LE(from) === 0xffffffffffffffffn) return { value: null, end: from + 8 }
  const chunks: Buffer[] = []
  let at = from + 8
  for (;;) {
    const bytes = data.readUInt32LE(at)
    at += 4
    if (bytes === 0) return { value: Buffer.concat(chunks).toString('utf16le'), end: at }
    chunks.push(data.subarray(at, at + bytes))
    at += bytes
  }
}
