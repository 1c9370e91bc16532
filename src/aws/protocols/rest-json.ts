import { Secret } from '../../base/secret.ts'
import { type Faults, noFaults, validationMessage } from './faults.ts'
import { jsonFormat } from './json-format.ts'
import type { Member, Shape } from './model.ts'
import { parseJson } from './parse-json.ts'
import { type Decoded, type HttpRequestParts, type Protocol, perOperation, type WireError } from './protocol.ts'
import { compileReader } from './read.ts'
import { decodeText, findRoute, type Routed } from './routes.ts'
import { compileJsonWriter } from './write-json.ts'

/**
 * REST JSON: the operation by method and path; members in the path, the query string, headers and a JSON body, or one member as
 * the body itself. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJson: Protocol = {
  name: 'rest-json',

  resolve(request, models) {
    const query = parseQuery(request.query)
    if (!query) return undefined
    for (const model of models) {
      if (model.metadata.protocol !== 'rest-json') continue
      const routed = findRoute(model, request.method, request.path, query)
      if (routed) return { operation: routed.operation, decode: () => decode(routed, request, query) }
    }
    return undefined
  },

  encode(operation, output, requestId) {
    const { located, payload, write } = writerOf(operation)
    const values = output as Readonly<Record<string, unknown>>
    const headers: Record<string, string> = { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/json' }
    let status = operation.status ?? 200
    for (const { name, location, locationName } of located) {
      const value = values[name]
      if (value === undefined) continue
      if (location === 'statusCode') status = value as number
      else headers[locationName ?? name] = value as string
    }
    if (payload) return { status, headers, body: payloadOf(payload, values[payload.name]) }
    return { status, headers, body: status === 204 ? '' : write(output) }
  },

  encodeError(model, error, requestId) {
    const shape = model?.error(error.code)
    const status = statusOf(error, shape)
    const type = status >= 500 ? 'Service' : 'User'
    const members = { ...(shape?.members.some(({ name }) => name === 'Type') && { Type: type }), ...error.members }
    const name = shape?.members.find((member) => member.name.toLowerCase() === 'message')?.name ?? messageName(error)
    const message = error.message === undefined ? {} : { [name]: error.message }
    const headers: Record<string, string> = {
      'x-amzn-RequestId': requestId,
      'x-amzn-ErrorType': shape?.error?.code ?? error.code,
      'Content-Type': 'application/json',
    }
    const body: Record<string, unknown> = { ...message }
    for (const member of shape?.members ?? []) {
      const value = (members as Readonly<Record<string, unknown>>)[member.name]
      if (value === undefined) continue
      if (member.location === 'header') headers[member.locationName ?? member.name] = value as string
      else body[member.name] = value
    }
    return { status, headers, body: JSON.stringify(body) }
  },
}

/** What the framework in front of a service answers, as opposed to the service, has status 403 here. */
const forbidden = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
  'ExpiredTokenException',
  'InvalidClientTokenId',
])

function statusOf({ code, status }: WireError, shape: Shape | undefined): number {
  if (!shape && forbidden.has(code)) return 403
  return status ?? shape?.error?.status ?? (shape?.error?.fault === 'server' ? 500 : 400)
}

function messageName({ code }: WireError): string {
  return forbidden.has(code) ? 'Message' : 'message'
}

interface Writer {
  readonly located: readonly Member[]
  readonly payload: Member | undefined
  readonly write: (output: object) => string
}

const writerOf = perOperation(({ output }): Writer => {
  if (!output) return { located: [], payload: undefined, write: () => '' }
  const payload = output.members.find(({ name }) => name === output.payload)
  const body = output.members.filter((member) => member.location === undefined && member !== payload)
  return {
    located: output.members.filter(({ location }) => location !== undefined),
    payload,
    write: compileJsonWriter({ ...output, members: body }),
  }
})

function payloadOf({ shape }: Member, value: unknown): string | Uint8Array {
  if (value === undefined) return ''
  const plain: unknown = value instanceof Secret ? value.reveal() : value
  return shape.type === 'structure' ? compileJsonWriter(shape)(plain as object) : (plain as string | Uint8Array)
}

interface Reader {
  readonly located: readonly Member[]
  /** A member that is the body itself, when that is bytes. */
  readonly bytes: Member | undefined
  /** Whether there are members in a JSON body. */
  readonly inBody: boolean
  readonly read: (raw: unknown, prefix: string, faults: Faults) => unknown
}

const readerOf = perOperation(({ input, model }): Reader | undefined => {
  if (!input) return undefined
  const bytes = input.members.find(({ name, shape }) => name === input.payload && shape.type === 'blob')
  const members = input.members.filter((member) => member !== bytes)
  return {
    located: members.filter(({ location }) => location !== undefined),
    bytes,
    inBody: members.some(({ location }) => location === undefined),
    read: compileReader({ ...input, members }, model.metadata, jsonFormat),
  }
})

type Query = ReadonlyMap<string, readonly string[]>

function decode({ operation, labels }: Routed, request: HttpRequestParts, query: Query): Decoded {
  const reader = readerOf(operation)
  if (!reader) return { input: {} }
  const raw = reader.inBody ? bodyOf(request.body) : {}
  if (!raw) return { refused: { code: 'SerializationException', message: undefined } }
  for (const member of reader.located) raw[member.name] = rawOf(member, locatedTexts(member, request, labels, query))
  const faults = noFaults()
  const input = reader.read(raw, '', faults) as Record<string, unknown>
  if (faults.malformed) return { refused: { code: 'SerializationException', message: faults.malformed.message } }
  if (faults.invalid) return { refused: { code: 'ValidationException', message: validationMessage(faults) } }
  const { bytes } = reader
  if (bytes && request.body.length > 0)
    input[bytes.name] = bytes.shape.sensitive ? new Secret(request.body) : request.body
  return { input }
}

/** The members in the body, in an object that may be added to; a body that is empty has none. */
function bodyOf(body: Uint8Array): Record<string, unknown> | undefined {
  if (body.length === 0) return {}
  const parsed = parseJson(body)
  const value = parsed?.value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return { ...value }
}

function locatedTexts(
  { name, location, locationName = name }: Member,
  request: HttpRequestParts,
  labels: ReadonlyMap<string, string>,
  query: Query,
): readonly string[] | undefined {
  if (location === 'uri') {
    const label = labels.get(locationName)
    return label === undefined ? undefined : [label]
  }
  if (location === 'querystring') return query.get(locationName)
  const header = request.header(locationName.toLowerCase())
  return header === undefined ? undefined : [header]
}

/** The raw value that JSON would have in a member's place; a text that is none stays, and the reader says what is wrong with it. */
function rawOf({ shape }: Member, texts: readonly string[] | undefined): unknown {
  if (!texts) return undefined
  if (shape.type === 'list') return texts
  const [text = ''] = texts
  if (shape.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (shape.type === 'integer' || shape.type === 'long') return /^-?\d{1,16}$/.test(text) ? Number(text) : text
  return text
}

function parseQuery(text: string): Query | undefined {
  const query = new Map<string, string[]>()
  if (text === '') return query
  for (const part of text.split('&')) {
    const at = part.indexOf('=')
    const name = decodeText((at === -1 ? part : part.slice(0, at)).replaceAll('+', ' '))
    const value = decodeText((at === -1 ? '' : part.slice(at + 1)).replaceAll('+', ' '))
    if (name === undefined || value === undefined) return undefined
    const values = query.get(name)
    if (values) values.push(value)
    else query.set(name, [value])
  }
  return query
}
