/** What a column holds here: NVARCHAR or INT. */
export type Value = string | number | null

export interface ResultSet {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Value[])[]
}

/** An error as the server reports it («Database engine events and errors»). */
export class SqlError extends Error {
  readonly number: number
  readonly severity: number

  constructor(number: number, severity: number, message: string) {
    super(message)
    this.number = number
    this.severity = severity
  }
}

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer)
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const i32 = (value: number) => Buffer.from(Int32Array.of(value).buffer)
const short = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')])
const long = (text: string) => Buffer.concat([u16(text.length), Buffer.from(text, 'utf16le')])
const withLength = (token: number, body: Buffer) => Buffer.concat([Buffer.from([token]), u16(body.length), body])

/** SQL_Latin1_General_CP1_CI_AS. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34])
const serverName = 'FAKE'

/** LOGINACK (MS-TDS 2.2.7): the version comes with its high byte first. */
export function loginAck(tdsVersion: number): Buffer {
  const version = Buffer.alloc(4)
  version.writeUInt32BE(tdsVersion)
  return withLength(
    0xad,
    Buffer.concat([Buffer.from([1]), version, short('Microsoft SQL Server'), Buffer.from([16, 0, 0x10, 0])]),
  )
}

/** FEATUREEXTACK that the server knows UTF-8, which every client of TDS 7.4 asks. */
export const featureAck = Buffer.from([0xae, 0x0a, 1, 0, 0, 0, 1, 0xff])

const changes = { database: 1, language: 2, packetSize: 4 } as const

/** ENVCHANGE with texts for values. */
export function changed(what: keyof typeof changes, next: string, before: string): Buffer {
  return withLength(0xe3, Buffer.concat([Buffer.from([changes[what]]), short(next), short(before)]))
}

/** ENVCHANGE of the collation, whose value is bytes. */
export const collationChanged = withLength(
  0xe3,
  Buffer.concat([Buffer.from([7, collation.length]), collation, Buffer.from([0])]),
)

/** ERROR, and INFO where the severity is at most 10. */
export function report({ number, severity, message }: SqlError): Buffer {
  const body = [i32(number), Buffer.from([1, severity]), long(message), short(serverName), short(''), u32(1)]
  return withLength(severity > 10 ? 0xaa : 0xab, Buffer.concat(body))
}

const doneTokens = { batch: 0xfd, procedure: 0xfe, inProcedure: 0xff } as const
const doneBits = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const

/** DONE, DONEPROC or DONEINPROC. */
export function done(kind: keyof typeof doneTokens, bits: readonly (keyof typeof doneBits)[] = [], rows = 0): Buffer {
  const status = bits.reduce((sum, bit) => sum | doneBits[bit], 0)
  return Buffer.concat([Buffer.from([doneTokens[kind]]), u16(status), u16(0), u32(rows), u32(0)])
}

/** RETURNSTATUS of a procedure. */
export function returned(status: number): Buffer {
  return Buffer.concat([Buffer.from([0x79]), i32(status)])
}

/** COLMETADATA and a ROW for each row. A column of numbers is INTN, any other NVARCHAR. */
export function resultSet({ columns, rows }: ResultSet): Buffer {
  const numeric = columns.map((_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === 'number'))
  const head = columns.map((name, index) => {
    const type = numeric[index] ? Buffer.from([0x26, 4]) : Buffer.concat([Buffer.from([0xe7]), u16(8000), collation])
    return Buffer.concat([u32(0), u16(0x01), type, short(name)])
  })
  const body = rows.map((row) =>
    Buffer.concat([Buffer.from([0xd1]), ...row.map((value, index) => cell(value, numeric[index] === true))]),
  )
  return Buffer.concat([Buffer.from([0x81]), u16(columns.length), ...head, ...body])
}

function cell(value: Value, numeric: boolean): Buffer {
  if (numeric) return Buffer.concat([Buffer.from([4]), i32(Number(value))])
  if (value === null) return u16(0xffff)
  const text = Buffer.from(String(value), 'utf16le')
  return Buffer.concat([u16(text.length), text])
}
