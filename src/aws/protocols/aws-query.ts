import { noFaults, validationMessage } from './faults.ts'
import { type FormNode, parseForm } from './form.ts'
import type { Model, Operation } from './model.ts'
import {
  type Decoded,
  type HttpAnswer,
  type HttpRequestParts,
  type Protocol,
  perOperation,
  type WireError,
} from './protocol.ts'
import { queryFormat, rawOf } from './query-format.ts'
import { compileReader } from './read.ts'
import { compileXmlWriter, element, escapeXml } from './write-xml.ts'

/**
 * AWS Query: the operation in the parameter `Action`, the input as parameters of a form in the body or in the query
 * string, the output as XML. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const awsQuery: Protocol = {
  name: 'query',

  resolve(request, models) {
    const source = formOf(request)
    if (source === undefined) return undefined
    const form = parseForm(source)
    if (!form) return { refused: { code: 'MalformedQueryString', message: 'The form is malformed.', status: 404 } }
    const action = form.parts.get('Action')?.text
    if (action === undefined) return { refused: { code: 'MissingAction', message: 'The parameter Action is missing.' } }
    const version = form.parts.get('Version')?.text
    const operation = models
      .find(({ metadata }) => metadata.protocol === 'query' && metadata.apiVersion === version)
      ?.operation(action)
    if (operation) return { operation, decode: () => decode(operation, form) }
    const message = `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`
    return { refused: { code: 'InvalidAction', message } }
  },

  encode(operation, output, requestId) {
    const { name, model, resultWrapper } = operation
    const content = writerOf(operation)(output)
    const result = operation.output ? element(resultWrapper ?? `${name}Result`, content) : ''
    const metadata = element('ResponseMetadata', element('RequestId', escapeXml(requestId)))
    return answer(200, root(`${name}Response`, model, result + metadata), requestId)
  },

  encodeError(model, error, requestId) {
    const shape = model?.error(error.code)
    const fault = shape?.error?.fault ?? error.fault
    const status = error.status ?? shape?.error?.status ?? (fault === 'server' ? 500 : 400)
    const parts = [
      element('Type', fault === 'server' ? 'Receiver' : 'Sender'),
      element('Code', escapeXml(shape?.error?.code ?? error.code)),
      error.message === undefined ? '' : element('Message', escapeXml(error.message)),
      shape && error.members ? compileXmlWriter(shape)(error.members) : '',
    ]
    const content = element('Error', parts.join('')) + element('RequestId', escapeXml(requestId))
    return answer(status, root('ErrorResponse', model, content), requestId)
  },
}

const readerOf = perOperation(({ input, model }) => input && compileReader(input, model.metadata, queryFormat))

const writerOf = perOperation(({ output }) => (output ? compileXmlWriter(output) : () => ''))

function decode(operation: Operation, form: FormNode): Decoded {
  const read = readerOf(operation)
  if (!read || !operation.input) return { input: {} }
  const faults = noFaults()
  const input = read(rawOf(operation.input, form), '', faults)
  if (faults.malformed) return { refused: malformedInput(faults.malformed.message) }
  if (faults.invalid) return { refused: { code: 'ValidationError', message: validationMessage(faults) } }
  return { input: input as object }
}

function malformedInput(message: string | undefined): WireError {
  return { code: 'MalformedInput', message }
}

/** Where the parameters stand: in the body of a form that is posted, else in the query string if it names an action. */
function formOf(request: HttpRequestParts): Uint8Array | string | undefined {
  const { method, body, query } = request
  if (method === 'POST' && body.length > 0) {
    const type = request.header('content-type')?.split(';', 1)[0]
    return type?.trim().toLowerCase() === 'application/x-www-form-urlencoded' ? body : undefined
  }
  return (method === 'GET' || method === 'POST') && /(?:^|&)Action=/.test(query) ? query : undefined
}

function root(name: string, model: Model | undefined, content: string): string {
  const namespace = model?.metadata.xmlNamespace
  return `<${name}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${content}</${name}>`
}

function answer(status: number, body: string, requestId: string): HttpAnswer {
  return { status, headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'text/xml' }, body }
}
