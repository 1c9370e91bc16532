import { type FieldReader, field, fieldReader, uint16 } from './reader.ts'
import { MessageRefused } from './refusal.ts'

/** What a message says about itself in plain, and authenticates: names and values. */
export type Context = ReadonlyMap<string, string>

/** The entry that holds the key a signed message is verified with. Names that begin so belong to the format. */
export const publicKeyEntry = 'aws-crypto-public-key'
export const reservedPrefix = 'aws-crypto-'

const mostBytes = 0xffff

/** The entries in the order of their names' bytes, behind their length; nothing where they are longer than the format can say. */
export function encodeContext(context: Context): Buffer | undefined {
  if (context.size === 0) return uint16(0)
  const entries = [...context].map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const)
  if (entries.some((entry) => entry.some((bytes) => bytes.length > mostBytes)) || entries.length > mostBytes) return
  entries.sort(([a], [b]) => Buffer.compare(a, b))
  const pairs = Buffer.concat([
    uint16(entries.length),
    ...entries.flatMap(([name, value]) => [field(name), field(value)]),
  ])
  return pairs.length > mostBytes ? undefined : field(pairs)
}

/** Reads what `encodeContext` wrote. A name that comes twice makes a message mean two things, and is refused. */
export function decodeContext(reader: FieldReader): Context {
  const pairs = reader.field()
  const context = new Map<string, string>()
  if (pairs.length === 0) return context
  const inside = fieldReader(pairs, 'not a message')
  const count = inside.uint16()
  for (let index = 0; index < count; index++) {
    const name = inside.text()
    if (context.has(name)) throw new MessageRefused('not a message')
    context.set(name, inside.text())
  }
  if (count === 0 || inside.left > 0) throw new MessageRefused('not a message')
  return context
}
