import { type Constraint, eachText, sizeConstraints } from './constraint.ts'
import { type Faults, invalid, malformed, show } from './faults.ts'
import { isJsonObject } from '../../base/json-object.ts'
import { listFound, mapFound, type Read } from './format.ts'
import type { Shape } from './model.ts'

/** How a list or map reads what it holds. */
export interface Element {
  /** Reads one element; scalars are not held against `constraints` yet. */
  readonly read: Read
  readonly constraints: readonly Constraint<unknown>[]
  /** Whether messages must leave the elements out. */
  readonly hidden: boolean
  /** Puts a sensitive scalar into its `Secret`. */
  finish(value: unknown): unknown
}

type Sizes = readonly Constraint<{ readonly length: number }>[]

/** Reads an array. An element that is null breaks the list's constraint. */
export function listReader(shape: Shape, label: string, element: Element): Read {
  const sizes: Sizes = sizeConstraints(shape)
  const demand = eachText('Member', element.constraints)
  const hidden = element.hidden || shape.sensitive === true
  return (raw, prefix, faults) => {
    if (!Array.isArray(raw)) return malformed(faults, isJsonObject(raw) ? mapFound : 'Expected list or null')
    const path = prefix + label
    const list = raw.map((item: unknown, index) =>
      present(item) ? element.read(item, `${path}.${index + 1}.`, faults) : undefined,
    )
    const sound = raw.every(present) && list.every((value) => allHold(element.constraints, value))
    if (!sound || !allHold(sizes, list)) {
      const shown = hidden ? undefined : `'${show(list)}'`
      noteSizes(sizes, list, shown, path, faults)
      if (!sound) invalid(faults, shown, path, demand)
    }
    return list.map((value) => element.finish(value))
  }
}

/** Reads an object with keys of any name into one without a prototype. A value that is null breaks the map's constraint. */
export function mapReader(shape: Shape, label: string, keys: readonly Constraint<unknown>[], element: Element): Read {
  const sizes: Sizes = sizeConstraints(shape)
  const demands = { keys: eachText('Map keys', keys), values: eachText('Map value', element.constraints) }
  const hidden = element.hidden || shape.sensitive === true || shape.key?.shape.sensitive === true
  return (raw, prefix, faults) => {
    if (!isJsonObject(raw)) return malformed(faults, Array.isArray(raw) ? listFound : 'Expected map or null')
    const path = prefix + label
    const names = Object.keys(raw)
    if (!names.every((name) => name.isWellFormed())) return malformed(faults)
    const values = names.map((name) =>
      present(raw[name]) ? element.read(raw[name], `${path}.${name}.`, faults) : undefined,
    )
    const sound = {
      keys: names.every((name) => allHold(keys, name)),
      values: names.every((name) => present(raw[name])) && values.every((value) => allHold(element.constraints, value)),
    }
    if (!sound.keys || !sound.values || !allHold(sizes, names)) {
      const shown = hidden ? undefined : `'{${names.map((name, at) => `${name}=${show(values[at])}`).join(', ')}}'`
      noteSizes(sizes, names, shown, path, faults)
      if (!sound.keys) invalid(faults, shown, path, demands.keys)
      if (!sound.values) invalid(faults, shown, path, demands.values)
    }
    const map = Object.create(null) as Record<string, unknown>
    for (const [at, name] of names.entries()) map[name] = element.finish(values[at])
    return map
  }
}

function present(item: unknown): boolean {
  return item !== null && item !== undefined
}

/** An element that is malformed reads as undefined; it is told as that, not as breaking a constraint. */
function allHold<T>(constraints: readonly Constraint<T>[], value: T): boolean {
  return value === undefined || constraints.every((constraint) => constraint.holds(value))
}

function noteSizes(
  sizes: Sizes,
  value: { readonly length: number },
  shown: string | undefined,
  path: string,
  faults: Faults,
): void {
  for (const size of sizes) if (!size.holds(value)) invalid(faults, shown, path, size.text)
}
