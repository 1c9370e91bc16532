import { AssertionFailure } from '../base/assert.ts'
import { uuid } from '../base/ids.ts'
import type { HeaderIndex } from '../sigv4/headers.ts'
import { TransactionConflict } from '../store/store.ts'
import { authenticate, missingCredentials } from './authenticate.ts'
import type { Call, Caller } from './call.ts'
import { AwsError } from './errors.ts'
import { type Gateway, invoke, recordRefusal } from './invoke.ts'
import type { Outcome } from './operation.ts'
import { awsJson } from './protocols/aws-json.ts'
import { awsQuery } from './protocols/aws-query.ts'
import { restJson } from './protocols/rest-json.ts'
import type { Model, Operation as ModelOperation } from './protocols/model.ts'
import type { HttpAnswer, HttpRequestParts, Protocol, Resolved, WireError } from './protocols/protocol.ts'
import type { Service } from './service.ts'

/** One HTTP request as it arrived. */
export interface ArrivedRequest extends HttpRequestParts {
  /** Path and query as on the wire. */
  readonly target: string
  /** Name, value, name, value, … as on the wire. */
  readonly rawHeaders: readonly string[]
  /** The same by name. */
  readonly index: HeaderIndex
  readonly sourceIp: string
  readonly tls: Call['tls']
}

/** How long a request took and what became of it, for metrics and logs. */
export interface Served {
  readonly answer: HttpAnswer
  readonly service?: string
  readonly operation?: string
  /** The error code of a refusal. */
  readonly code?: string
  readonly requestId: string
}

const protocols: readonly Protocol[] = [awsJson, awsQuery, restJson]

const anonymous: Caller = { principal: { type: 'anonymous' }, account: '', arn: '', id: '', accessKeyId: '' }

/** The AWS façade over a gateway: from an HTTP request to its answer. It never rejects. */
export function awsEndpoint(gateway: Gateway): (request: ArrivedRequest) => Promise<Served> {
  const models: readonly Model[] = [...gateway.services.values()].map(({ model }) => model)

  return async (request) => {
    const requestId = uuid()
    for (const protocol of protocols) {
      const resolved = protocol.resolve(request, models)
      if (!resolved) continue
      if ('refused' in resolved) return refusedAnswer(protocol, undefined, resolved.refused, requestId)
      return serve(gateway, request, protocol, resolved, requestId)
    }
    return refusedAnswer(awsJson, undefined, { code: 'UnknownOperationException', status: 404 }, requestId)
  }
}

async function serve(
  gateway: Gateway,
  request: ArrivedRequest,
  protocol: Protocol,
  resolved: Resolved,
  requestId: string,
): Promise<Served> {
  const { operation } = resolved
  const service = gateway.services.get(operation.model.service) as Service
  const told: Told = { service: service.name, operation: operation.name, requestId }
  let call: Call | undefined
  try {
    const moment = await gateway.platform.store.look()
    const { method, target, rawHeaders, index, body } = request
    const signed = { method, target, headers: rawHeaders, index, body }
    const { signingName } = operation.model.metadata
    const { certified } = operation
    const facts = { platform: gateway.platform, signingName, protocol: protocol.name, moment, certified }
    const who = await authenticate(signed, facts)
    call = {
      requestId,
      caller:
        'caller' in who ? who.caller : { ...anonymous, accessKeyId: ('accessKeyId' in who && who.accessKeyId) || '' },
      region: ('region' in who && who.region) || 'us-east-1',
      now: gateway.platform.clock.now(),
      sourceIp: request.sourceIp,
      userAgent: request.header('user-agent') ?? '',
      tls: request.tls,
      moment,
      via: [],
    }
    const ready = prepare(who, service, resolved, protocol)
    if ('refused' in ready) {
      await recordRefusal(
        gateway,
        call,
        service,
        operation.name,
        new AwsError(ready.refused.code, ready.refused.message),
      )
      return refusedAnswer(protocol, operation, ready.refused, requestId, told)
    }
    const outcome = await invoke(gateway, call, ready.operation, ready.input)
    return answerOf(outcome, protocol, operation, requestId, told)
  } catch (error) {
    if (call && !(error instanceof TransactionConflict))
      gateway.platform.reportFailure(call, `${service.name}:${operation.name}`, error)
    return refusedAnswer(protocol, operation, failureOf(error, operation), requestId, told)
  }
}

interface Told {
  readonly service: string
  readonly operation: string
  readonly requestId: string
}

/** What stands between a known caller and the operation: whether it is served at all, and whether its input makes sense. */
function prepare(
  who: Awaited<ReturnType<typeof authenticate>>,
  service: Service,
  resolved: Resolved,
  protocol: Protocol,
) {
  const { operation } = resolved
  if ('refused' in who) return who
  if ('anonymous' in who && !operation.unsigned) return { refused: missingCredentials(protocol.name) }
  const served = service.operations.get(operation.name)
  if (!served) return { refused: notOffered(operation, protocol) }
  const decoded = resolved.decode()
  if ('refused' in decoded) return decoded
  return { operation: served, input: decoded.input }
}

/** A published operation that Keyturn does not serve is refused as AWS refuses one that a region does not offer. */
function notOffered(operation: ModelOperation, protocol: Protocol): WireError {
  const { apiVersion } = operation.model.metadata
  if (protocol.name === 'query') {
    return {
      code: 'InvalidAction',
      message: `Could not find operation ${operation.name} for version ${apiVersion}`,
      status: 400,
    }
  }
  return {
    code: 'UnknownOperationException',
    message: `The operation ${operation.name} is not offered by this server.`,
    status: 400,
  }
}

function answerOf(
  outcome: Outcome<unknown>,
  protocol: Protocol,
  operation: ModelOperation,
  requestId: string,
  told: Told,
): Served {
  if (outcome.refused) {
    const { code, text, status, members } = outcome.refused
    return refusedAnswer(protocol, operation, { code, message: text, status, members }, requestId, told)
  }
  return { answer: protocol.encode(operation, (outcome.output ?? {}) as object, requestId), ...told }
}

function refusedAnswer(
  protocol: Protocol,
  operation: ModelOperation | undefined,
  error: WireError,
  requestId: string,
  told?: Told,
): Served {
  return { answer: protocol.encodeError(operation?.model, error, requestId), requestId, ...told, code: error.code }
}

/** What a client learns of a failure of our own: nothing but that it may try again. */
function failureOf(error: unknown, operation: ModelOperation): WireError {
  const query = operation.model.metadata.protocol === 'query'
  if (error instanceof TransactionConflict) {
    return query
      ? { code: 'Throttling', message: 'Rate exceeded', status: 400 }
      : { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }
  }
  const message =
    error instanceof AssertionFailure
      ? 'An error occurred on the server side. The request was not carried out; its id is in the server log.'
      : 'An error occurred on the server side.'
  const codes: Readonly<Record<string, string>> = {
    secretsmanager: 'InternalServiceError',
    kms: 'KMSInternalException',
    lambda: 'ServiceException',
  }
  const code = codes[operation.model.service] ?? (query ? 'InternalFailure' : 'InternalServerError')
  return { code, message, status: 500, fault: 'server' }
}
