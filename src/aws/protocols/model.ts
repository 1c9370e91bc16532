import { readFileSync } from 'node:fs'
import { assert } from '../../base/assert.ts'

/** The services whose models are generated into `models/`. */
export type ServiceName = 'secretsmanager' | 'kms' | 'iam' | 'sts' | 'ssm' | 'lambda' | 'rolesanywhere'

export type ProtocolName = 'json' | 'query' | 'rest-json'

type ShapeType =
  | 'string'
  | 'blob'
  | 'boolean'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'timestamp'
  | 'structure'
  | 'list'
  | 'map'

/** Where a value of a REST protocol travels, when that is not the body. */
type Location = 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode'

/** What a reference to a shape adds to the shape itself. */
interface MemberTraits {
  readonly location?: Location
  readonly locationName?: string
  readonly queryName?: string
  readonly flattened?: boolean
  readonly xmlAttribute?: boolean
  readonly xmlNamespace?: string
  readonly timestampFormat?: TimestampFormat
  readonly idempotencyToken?: boolean
  readonly box?: boolean
  readonly streaming?: boolean
}

export type TimestampFormat = 'iso8601' | 'unixTimestamp' | 'rfc822'

/** What `scripts/generate-models.ts` writes for one service: names and constraints of the published model, no prose. */
export interface CompactModel {
  readonly service: ServiceName
  /** Where the facts come from, with the version that was read. */
  readonly source: string
  readonly metadata: Metadata
  readonly operations: Readonly<Record<string, CompactOperation>>
  readonly shapes: Readonly<Record<string, CompactShape>>
}

export interface Metadata {
  readonly protocol: ProtocolName
  readonly apiVersion: string
  readonly serviceId: string
  readonly endpointPrefix: string
  readonly signingName: string
  readonly jsonVersion?: string
  /** What stands before the dot in `X-Amz-Target`. */
  readonly targetPrefix?: string
  readonly xmlNamespace?: string
  /** Whether a message about an enum lists what is allowed; absent means that it does. */
  readonly enumSetInMessages?: boolean
}

export interface CompactOperation {
  readonly method: string
  readonly uri: string
  /** The HTTP status of a success where it is not 200. */
  readonly status?: number
  readonly input?: string
  readonly output?: string
  readonly resultWrapper?: string
  readonly errors?: readonly string[]
  /** Whether a caller without credentials may call this. */
  readonly unsigned?: boolean
  /** Signed with the key of a certificate. */
  readonly certified?: boolean
  readonly pagination?: Pagination
}

/** How a list continues: member names (or paths) of the input and the output. */
export interface Pagination {
  readonly inputToken: readonly string[]
  readonly outputToken: readonly string[]
  readonly limitKey?: string
  readonly moreResults?: string
  readonly resultKey: readonly string[]
}

/** A reference to a shape: its name alone, or its name with traits. */
export type CompactMember = string | (MemberTraits & { readonly shape: string })

/** The wire facts of an error shape. */
export interface ErrorTraits {
  readonly code?: string
  readonly status?: number
  readonly fault?: 'server'
}

interface ShapeTraits {
  readonly type: ShapeType
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly sensitive?: boolean
  readonly union?: boolean
  readonly document?: boolean
  readonly flattened?: boolean
  readonly box?: boolean
  readonly streaming?: boolean
  readonly payload?: string
  readonly timestampFormat?: TimestampFormat
  readonly error?: ErrorTraits
}

export interface CompactShape extends ShapeTraits {
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, CompactMember>>
  readonly member?: CompactMember
  readonly key?: CompactMember
  readonly value?: CompactMember
}

/** A shape whose references are links. Shapes may contain themselves. */
export interface Shape extends ShapeTraits {
  readonly name: string
  /** The members of a structure, in the model's order; empty otherwise. */
  readonly members: readonly Member[]
  /** What a list holds, or the values of a map. */
  readonly element?: Member
  /** The keys of a map. */
  readonly key?: Member
}

/** One reference from a shape to another. */
export interface Member extends MemberTraits {
  readonly name: string
  readonly required: boolean
  readonly shape: Shape
}

export interface Operation extends Omit<CompactOperation, 'input' | 'output' | 'errors'> {
  readonly name: string
  readonly model: Model
  readonly input: Shape | undefined
  readonly output: Shape | undefined
  /** Names of error shapes of the same model. */
  readonly errors: readonly string[]
}

export interface Model {
  readonly service: ServiceName
  readonly metadata: Metadata
  readonly operationNames: readonly string[]
  operation(name: string): Operation | undefined
  /** The error shape with this name, where the model has one. */
  error(name: string): Shape | undefined
}

/** What a member is called on the wire, or else `otherwise`. */
export function wireName(member: Member | undefined, otherwise: string): string {
  return member?.locationName ?? otherwise
}

const loaded = new Map<ServiceName, Model>()

/** The model of a service, read from `models/` when it is first asked for and kept. */
export function modelOf(service: ServiceName): Model {
  const known = loaded.get(service)
  if (known) return known
  const text = readFileSync(new URL(`../models/${service}.json`, import.meta.url), 'utf8')
  const model = linkModel(JSON.parse(text) as CompactModel)
  loaded.set(service, model)
  return model
}

/** An operation by its published name, or nothing. The same name gives the same object, so that it can be a key. */
export function operationOf(model: Model, name: string): Operation | undefined {
  return model.operation(name)
}

/** Makes a model whose operations and shapes are linked as they are asked for. */
export function linkModel(compact: CompactModel): Model {
  const linked = linker(compact.shapes)
  const operations = new Map<string, Operation>()
  const model: Model = Object.freeze({
    service: compact.service,
    metadata: Object.freeze(compact.metadata),
    operationNames: Object.freeze(Object.keys(compact.operations)),
    operation(name: string) {
      const known = operations.get(name)
      if (known || !Object.hasOwn(compact.operations, name)) return known
      const { input, output, errors = [], ...rest } = compact.operations[name] as CompactOperation
      const operation: Operation = Object.freeze({
        ...rest,
        name,
        model,
        input: input === undefined ? undefined : linked(input),
        output: output === undefined ? undefined : linked(output),
        errors: Object.freeze(errors),
      })
      operations.set(name, operation)
      return operation
    },
    error: (name: string) =>
      Object.hasOwn(compact.shapes, name) && compact.shapes[name]?.error ? linked(name) : undefined,
  })
  return model
}

function linker(shapes: Readonly<Record<string, CompactShape>>): (name: string) => Shape {
  const known = new Map<string, Shape>()

  function link(name: string): Shape {
    const done = known.get(name)
    if (done) return done
    const compact = shapes[name]
    assert(compact, `the model has no shape ${name}`)
    const { required = [], members, member, key, value, ...traits } = compact
    const shape: { -readonly [K in keyof Shape]: Shape[K] } = { ...traits, name, members: [] }
    known.set(name, shape)
    if (members) {
      shape.members = Object.freeze(Object.entries(members).map(([at, to]) => refer(at, to, required.includes(at))))
    }
    const element = member ?? value
    if (element !== undefined) shape.element = refer('member', element, false)
    if (key !== undefined) shape.key = refer('key', key, true)
    return Object.freeze(shape)
  }

  function refer(name: string, to: CompactMember, required: boolean): Member {
    // Readers look members up on parsed JSON, which inherits these names from Object.prototype.
    assert(!(name in Object.prototype), `the member name ${name} would be found on every object`)
    if (typeof to === 'string') return Object.freeze({ name, required, shape: link(to) })
    const { shape, ...traits } = to
    return Object.freeze({ ...traits, name, required, shape: link(shape) })
  }

  return link
}
