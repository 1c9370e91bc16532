import { noFaults, validationMessage } from './faults.ts'
import { jsonFormat } from './json-format.ts'
import type { Operation, Shape } from './model.ts'
import { parseJson } from './parse-json.ts'
import {
  type Decoded,
  type HttpAnswer,
  type HttpRequestParts,
  type Protocol,
  perOperation,
  type WireError,
} from './protocol.ts'
import { compileReader } from './read.ts'
import { compileJsonWriter } from './write-json.ts'

/**
 * AWS JSON 1.1: the operation in `X-Amz-Target`, the input and the output as JSON bodies.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const awsJson: Protocol = {
  name: 'json',

  resolve(request, models) {
    const target = request.header('x-amz-target')
    if (target === undefined) return undefined
    if (!isJson(request)) return { refused: { code: 'UnknownOperationException', status: 404 } }
    const dot = target.lastIndexOf('.')
    const prefix = target.slice(0, dot)
    const model = models.find(({ metadata }) => metadata.protocol === 'json' && metadata.targetPrefix === prefix)
    const operation = model?.operation(target.slice(dot + 1))
    if (!operation || request.method !== 'POST') return { refused: { code: 'UnknownOperationException' } }
    return { operation, decode: () => decode(operation, request.body) }
  },

  encode(operation, output, requestId) {
    return answer(200, writerOf(operation)(output), requestId)
  },

  encodeError(model, error, requestId) {
    const shape = model?.error(error.code)
    const { message, members } = error
    const head = `{"__type":${JSON.stringify(shape?.error?.code ?? error.code)}`
    const text = message === undefined ? '' : `,"${messageMember(error, shape)}":${JSON.stringify(message)}`
    const rest = shape && members ? compileJsonWriter(shape)(members).slice(1, -1) : ''
    const status = error.status ?? shape?.error?.status ?? (shape?.error?.fault === 'server' ? 500 : 400)
    return answer(status, `${head}${text}${rest === '' ? '' : `,${rest}`}}`, requestId)
  },
}

const readerOf = perOperation(({ input, model }) => input && compileReader(input, model.metadata, jsonFormat))

const writerOf = perOperation(({ output }) => (output ? compileJsonWriter(output) : () => ''))

function decode(operation: Operation, body: Uint8Array): Decoded {
  const read = readerOf(operation)
  if (!read) return { input: {} }
  const parsed = parseJson(body)
  // A bare scalar is answered without a text, as text that is no JSON.
  if (!parsed || typeof parsed.value !== 'object' || parsed.value === null) return { refused: serialization() }
  const faults = noFaults()
  const input = read(parsed.value, '', faults)
  if (faults.malformed) return { refused: serialization(faults.malformed.message) }
  if (faults.invalid) return { refused: { code: 'ValidationException', message: validationMessage(faults) } }
  return { input: input as object }
}

function serialization(message?: string): WireError {
  return { code: 'SerializationException', message }
}

function isJson(request: HttpRequestParts): boolean {
  const type = request.header('content-type')
  return type !== undefined && type.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-amz-json-1.1'
}

// What the framework in front of a service says has a capital M; a service's own unmodelled errors do not.
const capitalMessage = new Set(['SerializationException', 'AccessDeniedException'])

/** Clients that read only the modelled member see nothing where the case is wrong. */
function messageMember(error: WireError, shape: Shape | undefined): string {
  const modelled = shape?.members.find(({ name }) => name.toLowerCase() === 'message')
  return modelled?.name ?? (capitalMessage.has(error.code) ? 'Message' : 'message')
}

function answer(status: number, body: string, requestId: string): HttpAnswer {
  return {
    status,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/x-amz-json-1.1' },
    body,
  }
}
