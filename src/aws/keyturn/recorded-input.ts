import { isJsonObject } from '../../base/json-object.ts'
import { Secret } from '../../base/secret.ts'
import type { Member, Shape } from '../protocols/model.ts'

export interface RecordedInput {
  readonly input: Readonly<Record<string, unknown>>
  /** Whether a required member is not in the record, because nothing secret and no bytes are: an empty one stands for it. */
  readonly incomplete: boolean
}

/** The input of a call as far as its audit record tells it; the inverse of `publicMembers`. */
export function recordedInput(shape: Shape | undefined, told: unknown): RecordedInput {
  const input = shape ? structureOf(shape, isJsonObject(told) ? told : {}) : {}
  let incomplete = false
  for (const { name, required, shape: member } of shape?.members ?? []) {
    if (!required || input[name] !== undefined) continue
    incomplete = true
    input[name] = emptyOf(member)
  }
  return { input, incomplete }
}

function structureOf(shape: Shape, told: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const byName = new Map(Object.entries(told).map(([name, value]) => [name.toLowerCase(), value]))
  const value: Record<string, unknown> = {}
  for (const { name, shape: member } of shape.members) {
    const held = byName.get(name.toLowerCase())
    if (held !== undefined && held !== null) value[name] = valueOf(member, held)
  }
  return value
}

function valueOf(shape: Shape, told: unknown): unknown {
  if (shape.type === 'list' && Array.isArray(told)) {
    const { shape: element } = shape.element as Member
    return told.map((one: unknown) => valueOf(element, one))
  }
  return shape.type === 'structure' && isJsonObject(told) ? structureOf(shape, told) : told
}

function emptyOf(shape: Shape): unknown {
  const empty =
    shape.type === 'blob' ? Buffer.alloc(0) : shape.type === 'list' ? [] : shape.type === 'structure' ? {} : ''
  return shape.sensitive ? new Secret(empty) : empty
}
