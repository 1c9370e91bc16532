import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import type { Secret } from '../../base/secret.ts'
import type { Member, Shape } from './model.ts'

/**
 * Adds the pieces of a typed value's JSON text. The one place of a JSON answer where secrets are revealed. All pieces of an answer
 * are joined at once: a text that goes into a longer one is copied each time.
 */
type WriteJson = (value: never, pieces: string[]) => void

type Structures = Map<Shape, { write: WriteJson }>

/** Compiles a structure to a function that writes it: undefined members are left out, whatever is not modelled too. */
export function compileJsonWriter(shape: Shape): (value: object) => string {
  const write = structureWriter(shape, new Map())
  return (value) => {
    const pieces: string[] = []
    write(value as never, pieces)
    return pieces.join('')
  }
}

function structureWriter(shape: Shape, structures: Structures): WriteJson {
  const known = structures.get(shape)
  if (known) return (value, pieces) => known.write(value, pieces)
  const slot: { write: WriteJson } = { write: () => {} }
  structures.set(shape, slot)
  const members = shape.members.map((member) => {
    const wire = member.location === undefined ? (member.locationName ?? member.name) : member.name
    const head = `${JSON.stringify(wire)}:`
    return { name: member.name, first: `{${head}`, later: `,${head}`, write: writer(member, structures) }
  })
  slot.write = (value: Readonly<Record<string, never>>, pieces) => {
    let any = false
    for (const { name, first, later, write } of members) {
      const member = value[name]
      if (member === undefined) continue
      pieces.push(any ? later : first)
      write(member, pieces)
      any = true
    }
    pieces.push(any ? '}' : '{}')
  }
  return slot.write
}

function writer(member: Member, structures: Structures): WriteJson {
  const write = plainWriter(member, structures)
  return member.shape.sensitive === true ? (value: Secret<never>, pieces) => write(value.reveal(), pieces) : write
}

function plainWriter(member: Member, structures: Structures): WriteJson {
  const { shape } = member
  if (shape.document === true) return writeAny
  switch (shape.type) {
    case 'structure':
      return structureWriter(shape, structures)
    case 'list':
      return listWriter(writer(shape.element as Member, structures))
    case 'map':
      return mapWriter(writer(shape.element as Member, structures))
    case 'string':
      return writeAny
    case 'blob':
      return (value: Uint8Array, pieces) => void pieces.push('"', toBase64(value), '"')
    case 'timestamp':
      return timestampWriter(member.timestampFormat ?? shape.timestampFormat)
    case 'boolean':
      return (value: boolean, pieces) => void pieces.push(value ? 'true' : 'false')
    default:
      return writeNumber
  }
}

function writeAny(value: never, pieces: string[]): void {
  pieces.push(JSON.stringify(value))
}

function listWriter(write: WriteJson): WriteJson {
  return (values: readonly never[], pieces) => {
    pieces.push('[')
    for (let index = 0; index < values.length; index++) {
      if (index > 0) pieces.push(',')
      write(values[index] as never, pieces)
    }
    pieces.push(']')
  }
}

function mapWriter(write: WriteJson): WriteJson {
  return (values: Readonly<Record<string, never>>, pieces) => {
    let before = '{'
    for (const key of Object.keys(values)) {
      pieces.push(before, JSON.stringify(key), ':')
      write(values[key] as never, pieces)
      before = ','
    }
    pieces.push(before === '{' ? '{}' : '}')
  }
}

function timestampWriter(format: string | undefined): WriteJson {
  if (format === 'iso8601') return (value: number, pieces) => void pieces.push(`"${new Date(value).toISOString()}"`)
  return (value: number, pieces) => writeNumber(value / 1000, pieces)
}

function writeNumber(value: number, pieces: string[]): void {
  assert(Number.isFinite(value), 'an answer has a number that JSON cannot say')
  pieces.push(String(value))
}
