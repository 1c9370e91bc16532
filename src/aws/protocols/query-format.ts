import { fromBase64 } from '../../base/bytes.ts'
import { type Faults, malformed } from './faults.ts'
import type { FormNode } from './form.ts'
import { readIsoTime } from './json-format.ts'
import { type Member, type Shape, wireName } from './model.ts'
import { type Format, mapFound } from './format.ts'

const largestInteger = 2 ** 31 - 1

/** What the texts of a form mean. */
export const queryFormat: Format = {
  nameOf: ({ name }) => name,
  string: (raw, faults) => text(raw, faults),
  blob: (raw, faults) => convert(raw, faults, fromBase64),
  boolean: (raw, faults) => convert(raw, faults, readBoolean, 'boolean must follow xsd1.1 definition'),
  integer: (raw, faults) => convert(raw, faults, (value) => readWhole(value, largestInteger)),
  long: (raw, faults) => convert(raw, faults, (value) => readWhole(value, Number.MAX_SAFE_INTEGER)),
  float: (raw, faults) => convert(raw, faults, readDecimal),
  double: (raw, faults) => convert(raw, faults, readDecimal),
  timestamp: (raw, faults) => convert(raw, faults, readIsoTime),
}

function text(raw: unknown, faults: Faults): string | undefined {
  return typeof raw === 'string' ? raw : malformed(faults, mapFound)
}

function convert<T>(raw: unknown, faults: Faults, read: (text: string) => T | undefined, message?: string) {
  const value = text(raw, faults)
  if (value === undefined) return undefined
  return read(value) ?? malformed(faults, message)
}

function readBoolean(value: string): boolean | undefined {
  if (value === 'true' || value === '1') return true
  return value === 'false' || value === '0' ? false : undefined
}

function readWhole(value: string, largest: number): number | undefined {
  if (!/^[+-]?\d{1,19}$/.test(value)) return undefined
  const number = Number(value) + 0
  return Math.abs(number) <= largest ? number : undefined
}

function readDecimal(value: string): number | undefined {
  if (!/^[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/**
 * Gives a part of a form the form of raw JSON, as the shape asks: lists in the order of their numbers (gaps close),
 * maps from their entries. Where the form does not fit the shape the value is left such that the reader says so.
 */
export function rawOf(shape: Shape, node: FormNode): unknown {
  if (node.parts.size === 0) return node.text === '' ? emptyOf(shape) : node.text
  switch (shape.type) {
    case 'structure':
      return rawStructure(shape, node)
    case 'list': {
      const items = numbered(node, shape.flattened === true ? undefined : wireName(shape.element, 'member'))
      return items ? items.map((item) => rawOf((shape.element as Member).shape, item)) : {}
    }
    case 'map':
      return rawMap(shape, node)
    default:
      return {}
  }
}

function emptyOf({ type }: Shape): unknown {
  if (type === 'list') return []
  return type === 'map' || type === 'structure' ? {} : ''
}

function rawStructure(shape: Shape, node: FormNode): Readonly<Record<string, unknown>> {
  const raw: Record<string, unknown> = {}
  for (const member of shape.members) {
    const part = node.parts.get(memberName(member))
    if (part) raw[member.name] = rawOf(member.shape, part)
  }
  return raw
}

function rawMap(shape: Shape, node: FormNode): unknown {
  const entries = numbered(node, shape.flattened === true ? undefined : 'entry')
  if (!entries) return []
  const raw = Object.create(null) as Record<string, unknown>
  for (const { parts } of entries) {
    const key = parts.get(wireName(shape.key, 'key'))?.text
    const value = parts.get(wireName(shape.element, 'value'))
    if (key === undefined) return []
    raw[key] = value ? rawOf((shape.element as Member).shape, value) : null
  }
  return raw
}

/** The parts under a step that are numbered from 1, in order; nothing where there are others. */
function numbered(node: FormNode, step: string | undefined): FormNode[] | undefined {
  const under = step === undefined ? node : node.parts.get(step)
  if (!under || (step !== undefined && node.parts.size > 1)) return undefined
  const parts = [...under.parts]
  if (!parts.every(([number]) => /^[1-9]\d{0,5}$/.test(number))) return undefined
  return parts.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, part]) => part)
}

/** A flattened list is named as its elements are. */
function memberName(member: Member): string {
  const { shape } = member
  if (shape.type === 'list' && shape.flattened === true) return wireName(shape.element, wireName(member, member.name))
  return wireName(member, member.name)
}
