import { Readable } from 'node:stream'
import * as iam from '@aws-sdk/client-iam'
import * as kms from '@aws-sdk/client-kms'
import * as secretsmanager from '@aws-sdk/client-secrets-manager'
import * as sts from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { type Member, modelOf, type Operation, type Shape } from './model.ts'
import { compilePattern } from './pattern.ts'
import type { HttpAnswer, HttpRequestParts } from './protocol.ts'

const clients = { secretsmanager, kms, iam, sts }
const runs = { numRuns: 6, seed: 20 }

for (const service of ['secretsmanager', 'kms', 'iam', 'sts'] as const) {
  const model = modelOf(service)
  const protocol = model.metadata.protocol === 'json' ? awsJson : awsQuery
  const options = { query: protocol.name === 'query' }

  describe(`the official client of ${service}`, () => {
    test.each(model.operationNames)('%s: inputs and outputs survive the way through it', async (name) => {
      const operation = model.operation(name) as Operation
      const inputs = operation.input ? valuesOf(operation.input, options, true) : fc.constant({})
      const outputs = operation.output ? valuesOf(operation.output, options, true) : fc.constant({})
      await fc.assert(
        fc.asyncProperty(inputs, outputs, async (input, output) => {
          const sent = operation.input ? sdkValue(operation.input, input) : {}
          let request: HttpRequestParts | undefined
          const received = await callSdk(clients[service], operation, sent, (parts) => {
            request = parts
            return protocol.encode(operation, output as object, 'request-id')
          })
          expect(normal(received)).toEqual(normal(operation.output ? sdkValue(operation.output, output) : {}))
          const decoded = decode(operation, request as HttpRequestParts)
          const expected = { ...madeByClient(operation, decoded), ...(sent as object) }
          expect(normal(decoded)).toEqual(normal(expected))
        }),
        runs,
      )
    })
  })

  function decode(operation: Operation, request: HttpRequestParts): object {
    const resolved = protocol.resolve(request, [model])
    if (!resolved || 'refused' in resolved) throw new Error('the request was not resolved')
    expect(resolved.operation).toBe(operation)
    const decoded = resolved.decode()
    if ('refused' in decoded) throw new Error(decoded.refused.message)
    return operation.input ? (sdkValue(operation.input, decoded.input) as object) : decoded.input
  }

  test(`${service}: the client reads modelled errors and others`, async () => {
    const operation = model.operation(model.operationNames[0] as string) as Operation
    const input = operation.input
      ? sdkValue(operation.input, fc.sample(valuesOf(operation.input, options, true), runs)[0])
      : {}
    for (const code of [...operation.errors, 'AccessDeniedException', 'ValidationException']) {
      const message = `because ${code} <&> "é"`
      const call = callSdk(clients[service], operation, input, () =>
        protocol.encodeError(model, { code, message }, 'request-id'),
      )
      const shape = model.error(code)
      await expect(call).rejects.toMatchObject({
        name: shape ? expect.stringContaining(shape.error?.code ?? code) : code,
        message,
        $metadata: {
          requestId: 'request-id',
          httpStatusCode: shape?.error?.status ?? (shape?.error?.fault ? 500 : 400),
        },
      })
    }
  })
}

/** The tokens that a client makes up where the caller gave none. */
function madeByClient(operation: Operation, decoded: object): object {
  const names =
    operation.input?.members.filter(({ idempotencyToken }) => idempotencyToken).map(({ name }) => name) ?? []
  return Object.fromEntries(Object.entries(decoded).filter(([name]) => names.includes(name)))
}

/** The same value with all bytes as buffers and no prototypes to tell apart. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, normal(item)]),
  )
}

/** What the official clients have in common, as far as a test needs it. */
interface SdkModule {
  readonly [name: string]: unknown
}

interface SdkClient {
  send(command: unknown): Promise<Record<string, unknown>>
}

interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array | undefined
}

/** Calls an operation through an official client whose HTTP is `answer`, in this process. */
async function callSdk(
  sdk: SdkModule,
  operation: Operation,
  input: unknown,
  answer: (request: HttpRequestParts) => HttpAnswer,
): Promise<Record<string, unknown>> {
  const clientName = Object.keys(sdk).find((name) => /^(?!_).+Client$/.test(name)) as string
  const Client = sdk[clientName] as new (options: object) => SdkClient
  const Command = sdk[`${operation.name}Command`] as new (input: unknown) => unknown
  const client = new Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SdkRequest) => {
        const { status, headers, body } = answer(partsOf(request))
        const names = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
        return { response: { statusCode: status, headers: names, body: Readable.from([Buffer.from(body)]) } }
      },
    },
  })
  const { $metadata: _, ...output } = await client.send(new Command(input))
  return output
}

function partsOf({ method, path, headers, body }: SdkRequest): HttpRequestParts {
  const names = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method, path, query: '', header: (name) => names[name], body: bytesOf(body) }
}

function bytesOf(body: string | Uint8Array | undefined): Uint8Array {
  // The client's bytes warn when they are asked for what texts have too.
  return typeof body === 'object' ? Uint8Array.from(Uint8Array.prototype.values.call(body)) : Buffer.from(body ?? '')
}

interface Options {
  /** The query protocol knows neither parts of a second nor a structure without members. */
  readonly query: boolean
}

/** Typed values of a shape, as handlers take and give them, within its constraints. */
function valuesOf(shape: Shape, options: Options, top = false): fc.Arbitrary<unknown> {
  const plain = plainValuesOf(shape, options, top)
  return shape.sensitive === true ? plain.map((value) => new Secret(value)) : plain
}

function plainValuesOf(shape: Shape, options: Options, top = false): fc.Arbitrary<unknown> {
  const { min = 0, max = min + 4 } = shape
  const size = { minLength: min, maxLength: Math.max(min, Math.min(max, min + 3)) }
  switch (shape.type) {
    case 'structure': {
      const members = Object.fromEntries(shape.members.map(({ name, shape: of }) => [name, valuesOf(of, options)]))
      const requiredKeys = shape.members.filter(({ required }) => required).map(({ name }) => name)
      const records = fc.record(members, { requiredKeys })
      return options.query && !top ? records.filter((record) => Object.keys(record).length > 0) : records
    }
    case 'list':
      return fc.array(valuesOf((shape.element as Member).shape, options), size)
    case 'map': {
      const keys = plainValuesOf((shape.key as Member).shape, options) as fc.Arbitrary<string>
      const entries = fc.uniqueArray(fc.tuple(keys, valuesOf((shape.element as Member).shape, options)), {
        selector: ([key]) => key,
        ...size,
      })
      return entries.map((pairs) => Object.fromEntries(pairs))
    }
    case 'string':
      return stringsOf(shape)
    case 'blob':
      return fc.uint8Array(size)
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
      return fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000 + (options.query ? 0 : 123))
    default:
      return fc.integer({ min: shape.min ?? -(2 ** 31) + 1, max: shape.max ?? 2 ** 31 - 1 })
  }
}

// Each published pattern fits one of these, repeated to the least length.
const samples = [
  ...'a|1|a-b|a/b|/|/a/b/|v1|A|us-east-1|12h|123456789012|~ ~|é \t<&>|o-abcdefghij|o-abcdefghij/r-abcd/'.split('|'),
  ...'p-abcdefgh|cluster-aaaaaaaaaaa|http://a/|https://example.com|/kms/xks/v1'.split('|'),
  'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
]

function stringsOf(shape: Shape): fc.Arbitrary<string> {
  if (shape.enum) return fc.constantFrom(...shape.enum)
  const { min = 0, max = 1000 } = shape
  if (shape.pattern === undefined) {
    const texts = fc.string({ unit: 'grapheme', maxLength: Math.min(max, 12) })
    return texts.map((text) => text.padEnd(min, 'x')).filter((text) => text.length <= max)
  }
  const pattern = compilePattern(shape.pattern)
  const fitting = samples
    .map((sample) => sample.repeat(Math.max(1, Math.ceil(min / sample.length))))
    .filter((text) => text.length <= max && text.length >= min && pattern.test(text))
  if (fitting.length === 0) throw new Error(`no sample fits ${shape.name}: ${shape.pattern}`)
  return fc.constantFrom(...fitting)
}

/** A typed value as the official clients take and give it: no secrets, times as `Date`. */
function sdkValue(shape: Shape, value: unknown): unknown {
  const plain = value instanceof Secret ? (value.reveal() as unknown) : value
  const element = shape.element?.shape as Shape
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        shape.members
          .map(({ name, shape: of }) => [name, of, (plain as Record<string, unknown>)[name]] as const)
          .filter(([, , member]) => member !== undefined)
          .map(([name, of, member]) => [name, sdkValue(of, member)]),
      )
    case 'list':
      return (plain as unknown[]).map((item) => sdkValue(element, item))
    case 'map':
      return Object.fromEntries(Object.entries(plain as object).map(([key, item]) => [key, sdkValue(element, item)]))
    case 'timestamp':
      return new Date(plain as number)
    case 'blob':
      return Buffer.from(plain as Uint8Array)
    default:
      return plain
  }
}
