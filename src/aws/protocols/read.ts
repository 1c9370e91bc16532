import { Secret } from '../../base/secret.ts'
import { type Constraint, notNull, rangeConstraints, sizeConstraints, textConstraints } from './constraint.ts'
import { invalid, malformed, show } from './faults.ts'
import { isJsonObject } from '../../base/json-object.ts'
import { type Format, listFound, type Read } from './format.ts'
import type { Member, Metadata, Shape } from './model.ts'
import { type Element, listReader, mapReader } from './read-collection.ts'

interface Context {
  readonly metadata: Metadata
  readonly format: Format
  /** Structures that are compiled or being compiled: a shape may contain itself. */
  readonly structures: Map<Shape, { read: Read }>
  /** Whether this is inside something sensitive, of which messages show no part. */
  readonly hidden: boolean
}

/**
 * Compiles a structure to a function that reads and checks it in one pass. Members that the model does not have are
 * passed over; null is as if absent. Sensitive values come out as `Secret`, maps as objects without a prototype, so
 * that a key such as `__proto__` is a key like any other.
 */
export function compileReader(shape: Shape, metadata: Metadata, format: Format): Read {
  return structureReader(shape, { metadata, format, structures: new Map(), hidden: false })
}

/** What this answers takes the prefix of the structure's members. */
function structureReader(shape: Shape, context: Context): Read {
  const known = context.structures.get(shape)
  if (known) return (raw, prefix, faults) => known.read(raw, prefix, faults)
  const slot: { read: Read } = { read: () => undefined }
  context.structures.set(shape, slot)
  const members = shape.members.map((member) => {
    const label = labelOf(member.name)
    const { name, required } = member
    return { name, wire: context.format.nameOf(member), label, required, read: reader(member.shape, label, context) }
  })
  slot.read = (raw, prefix, faults) => {
    if (!isJsonObject(raw)) return malformed(faults, Array.isArray(raw) ? listFound : 'Expected null')
    const structure: Record<string, unknown> = {}
    for (const { name, wire, label, required, read } of members) {
      const value = raw[wire]
      if (value !== undefined && value !== null) structure[name] = read(value, prefix, faults)
      else if (required) invalid(faults, 'null', prefix + label, notNull)
    }
    return structure
  }
  return slot.read
}

/** Reads a value that is called `label` within what contains it. */
function reader(shape: Shape, label: string, context: Context): Read {
  if (shape.sensitive !== true) return plainReader(shape, label, context)
  const within = context.hidden ? context : { ...context, structures: new Map(), hidden: true }
  const read = plainReader(shape, label, within)
  return (raw, prefix, faults) => new Secret(read(raw, prefix, faults))
}

function plainReader(shape: Shape, label: string, context: Context): Read {
  if (shape.document === true) return (raw) => raw
  if (shape.type === 'structure') {
    const read = structureReader(shape, context)
    return (raw, prefix, faults) => read(raw, `${prefix}${label}.`, faults)
  }
  if (shape.type === 'list') return listReader(shape, label, elementOf(shape.element as Member, context))
  if (shape.type === 'map') {
    const keys = constraintsOf((shape.key as Member).shape, context.metadata)
    return mapReader(shape, label, keys, elementOf(shape.element as Member, context))
  }
  return scalarReader(shape, label, context)
}

function scalarReader(shape: Shape, label: string, context: Context): Read {
  const convert = context.format[shape.type as ScalarType]
  const constraints = constraintsOf(shape, context.metadata)
  const hidden = context.hidden || isHidden(shape)
  return (raw, prefix, faults) => {
    const value = convert(raw, faults, shape)
    if (value === undefined) return undefined
    for (const constraint of constraints) {
      if (constraint.holds(value)) continue
      invalid(faults, hidden ? undefined : `'${show(value)}'`, prefix + label, constraint.text)
    }
    return value
  }
}

/** What a list or map holds. The constraints of scalars are left to the collection, which tells them in its own words. */
function elementOf({ shape }: Member, context: Context): Element {
  const hidden = context.hidden || isHidden(shape)
  if (!isScalar(shape))
    return { read: reader(shape, 'member', context), constraints: [], hidden, finish: (value) => value }
  const convert = context.format[shape.type]
  return {
    read: (raw, _prefix, faults) => convert(raw, faults, shape),
    constraints: constraintsOf(shape, context.metadata),
    hidden,
    finish: shape.sensitive === true ? (value) => new Secret(value) : (value) => value,
  }
}

type ScalarType = Exclude<keyof Format, 'nameOf'>

function isScalar(shape: Shape): shape is Shape & { type: ScalarType } {
  return shape.type !== 'structure' && shape.type !== 'list' && shape.type !== 'map' && shape.document !== true
}

function constraintsOf(shape: Shape, metadata: Metadata): readonly Constraint<unknown>[] {
  if (shape.type === 'string') return textConstraints(shape, metadata)
  if (shape.type === 'blob') return sizeConstraints(shape)
  return shape.type === 'boolean' || shape.type === 'timestamp' ? [] : rangeConstraints(shape)
}

/** Whether a message may not show a value: it is sensitive, or bytes, or has parts that AWS prints in no useful way. */
function isHidden(shape: Shape): boolean {
  if (shape.sensitive === true || shape.type === 'blob' || shape.type === 'structure') return true
  return [shape.key, shape.element].some((member) => member !== undefined && isHidden(member.shape))
}

/** Messages name members with the first letter in lower case. */
function labelOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
