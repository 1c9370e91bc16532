import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import type { Secret } from '../../base/secret.ts'
import { type Member, type Shape, wireName } from './model.ts'

/** Writes what stands between the tags of a value's element. The one place of an XML answer where secrets are revealed. */
type WriteXml = (value: never) => string

type Structures = Map<Shape, { write: WriteXml }>

/** Compiles a structure to a function that writes its members as elements: undefined ones are left out. */
export function compileXmlWriter(shape: Shape): (value: object) => string {
  return structureWriter(shape, new Map()) as (value: object) => string
}

function structureWriter(shape: Shape, structures: Structures): WriteXml {
  const known = structures.get(shape)
  if (known) return (value) => known.write(value)
  const slot: { write: WriteXml } = { write: () => '' }
  structures.set(shape, slot)
  const members = shape.members.map((member) => ({ name: member.name, write: memberWriter(member, structures) }))
  slot.write = (value: Readonly<Record<string, never>>) => {
    let text = ''
    for (const { name, write } of members) {
      const member = value[name]
      if (member !== undefined) text += write(member)
    }
    return text
  }
  return slot.write
}

/** Writes a member with its tags; a flattened list is its elements without a tag around them. */
function memberWriter(member: Member, structures: Structures): WriteXml {
  const { shape } = member
  const name = wireName(member, member.name)
  const write = writer(shape, structures)
  if (shape.flattened !== true) return (value) => element(name, write(value))
  if (shape.type === 'list') return listWriter(shape, wireName(shape.element, name), structures)
  return mapWriter(shape, name, structures)
}

function writer(shape: Shape, structures: Structures): WriteXml {
  const write = plainWriter(shape, structures)
  return shape.sensitive === true ? (value: Secret<never>) => write(value.reveal()) : write
}

function plainWriter(shape: Shape, structures: Structures): WriteXml {
  switch (shape.type) {
    case 'structure':
      return structureWriter(shape, structures)
    case 'list':
      return listWriter(shape, wireName(shape.element, 'member'), structures)
    case 'map':
      return mapWriter(shape, 'entry', structures)
    case 'string':
      return escapeXml
    case 'blob':
      return (value: Uint8Array) => toBase64(value)
    case 'timestamp':
      return writeTime
    case 'boolean':
      return (value: boolean) => (value ? 'true' : 'false')
    default:
      return writeNumber
  }
}

function listWriter(shape: Shape, name: string, structures: Structures): WriteXml {
  const write = writer((shape.element as Member).shape, structures)
  return (values: readonly never[]) => values.map((value) => element(name, write(value))).join('')
}

function mapWriter(shape: Shape, name: string, structures: Structures): WriteXml {
  const value = shape.element as Member
  const write = writer(value.shape, structures)
  const keyName = wireName(shape.key, 'key')
  const valueName = wireName(value, 'value')
  return (values: Readonly<Record<string, never>>) =>
    Object.keys(values)
      .map((key) => {
        const pair = element(keyName, escapeXml(key)) + element(valueName, write(values[key] as never))
        return element(name, pair)
      })
      .join('')
}

export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

/** IAM and STS give whole seconds. */
function writeTime(value: number): string {
  return `${new Date(value).toISOString().slice(0, -5)}Z`
}

function writeNumber(value: number): string {
  assert(Number.isFinite(value), 'an answer has a number that XML cannot say')
  return String(value)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
}

/** Text between tags. A carriage return would be read as a line feed; what XML 1.0 cannot say becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"'\r]/g, (char) => entities[char] as string)
    .replaceAll(/[^\t\n\r\u0020-\uFFFD]/g, '\uFFFD')
}
