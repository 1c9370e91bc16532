import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import type { Secret } from '../../base/secret.ts'
import type { Member, Shape } from './model.ts'

/** Writes a typed value as JSON text. The one place of a JSON answer where secrets are revealed. */
export type WriteJson = (value: never) => string

type Structures = Map<Shape, { write: WriteJson }>

/** Compiles a structure to a function that writes it: undefined members are left out, whatever is not modelled too. */
export function compileJsonWriter(shape: Shape): (value: object) => string {
  return structureWriter(shape, new Map()) as (value: object) => string
}

function structureWriter(shape: Shape, structures: Structures): WriteJson {
  const known = structures.get(shape)
  if (known) return (value) => known.write(value)
  const slot: { write: WriteJson } = { write: () => '' }
  structures.set(shape, slot)
  const members = shape.members.map((member) => {
    const wire = member.location === undefined ? (member.locationName ?? member.name) : member.name
    const head = `${JSON.stringify(wire)}:`
    return { name: member.name, first: `{${head}`, later: `,${head}`, write: writer(member, structures) }
  })
  slot.write = (value: Readonly<Record<string, never>>) => {
    const pieces: string[] = []
    for (const { name, first, later, write } of members) {
      const member = value[name]
      if (member !== undefined) pieces.push(pieces.length === 0 ? first : later, write(member))
    }
    if (pieces.length === 0) return '{}'
    pieces.push('}')
    return pieces.join('')
  }
  return slot.write
}

function writer(member: Member, structures: Structures): WriteJson {
  const write = plainWriter(member, structures)
  return member.shape.sensitive === true ? (value: Secret<never>) => write(value.reveal()) : write
}

function plainWriter(member: Member, structures: Structures): WriteJson {
  const { shape } = member
  if (shape.document === true) return JSON.stringify
  switch (shape.type) {
    case 'structure':
      return structureWriter(shape, structures)
    case 'list': {
      const write = writer(shape.element as Member, structures)
      return (values: readonly never[]) => `[${values.map(write).join(',')}]`
    }
    case 'map': {
      const write = writer(shape.element as Member, structures)
      return (values: Readonly<Record<string, never>>) =>
        `{${Object.keys(values)
          .map((key) => `${JSON.stringify(key)}:${write(values[key] as never)}`)
          .join(',')}}`
    }
    case 'string':
      return JSON.stringify
    case 'blob':
      return (value: Uint8Array) => `"${toBase64(value)}"`
    case 'timestamp':
      return timestampWriter(member.timestampFormat ?? shape.timestampFormat)
    case 'boolean':
      return (value: boolean) => (value ? 'true' : 'false')
    default:
      return writeNumber
  }
}

function timestampWriter(format: string | undefined): WriteJson {
  if (format === 'iso8601') return (value: number) => `"${new Date(value).toISOString()}"`
  return (value: number) => writeNumber(value / 1000)
}

function writeNumber(value: number): string {
  assert(Number.isFinite(value), 'an answer has a number that JSON cannot say')
  return String(value)
}
