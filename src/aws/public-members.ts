import { Secret } from '../base/secret.ts'
import type { Shape } from './protocols/model.ts'

type Writer = (value: unknown) => unknown

const longestText = 4096
const writers = new WeakMap<Shape, Writer>()

/**
 * What may be told of a value: a copy with CloudTrail's lower-case member names, without sensitive values and blobs, its
 * long texts cut. A structure of which nothing remains is left out.
 */
export function publicMembers(shape: Shape | undefined, value: unknown): unknown {
  return shape && value !== undefined ? writerOf(shape)(value) : undefined
}

function writerOf(shape: Shape): Writer {
  let writer = writers.get(shape)
  if (!writer) {
    writer = shape.sensitive ? () => undefined : compile(shape)
    writers.set(shape, writer)
  }
  return writer
}

function compile(shape: Shape): Writer {
  switch (shape.type) {
    case 'structure':
      return structureWriter(shape)
    case 'list':
      return (value) =>
        (value as unknown[]).map((element) => writerOf((shape.element as { shape: Shape }).shape)(element))
    case 'map':
      return mapWriter(shape)
    case 'blob':
      return () => undefined
    case 'string':
      return (value) => (typeof value === 'string' ? cut(value) : undefined)
    default:
      return (value) => value
  }
}

function structureWriter(shape: Shape): Writer {
  const members = shape.members.map(({ name, shape: member }) => ({ name, told: lowerFirst(name), member }))
  return (value) => {
    const copy: Record<string, unknown> = {}
    let any = false
    for (const { name, told, member } of members) {
      const held = (value as Record<string, unknown>)[name]
      if (held === undefined || held instanceof Secret) continue
      const copied = writerOf(member)(held)
      if (copied === undefined) continue
      copy[told] = copied
      any = true
    }
    return any ? copy : undefined
  }
}

/** Keys of maps are the caller's own and stay as they are. */
function mapWriter(shape: Shape): Writer {
  const element = (shape.element as { shape: Shape }).shape
  return (value) => {
    const copy: Record<string, unknown> = Object.create(null)
    for (const [key, held] of Object.entries(value as object)) copy[cut(key)] = writerOf(element)(held)
    return copy
  }
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

/** As CloudTrail spells members: `secretId`, `arn`, `kmsKeyId`. */
function lowerFirst(name: string): string {
  if (/^[A-Z]+$/.test(name)) return name.toLowerCase()
  return name.charAt(0).toLowerCase() + name.slice(1)
}
