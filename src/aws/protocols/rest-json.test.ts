import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { modelOf, type Operation } from './model.ts'
import type { HttpRequestParts } from './protocol.ts'
import { restJson } from './rest-json.ts'

const models = [modelOf('kms'), modelOf('lambda')]
const lambda = modelOf('lambda')

function request(method: string, target: string, more: Partial<HttpRequestParts> = {}): HttpRequestParts {
  const [path = '', query = ''] = target.split('?')
  return { method, path, query, header: () => undefined, body: new Uint8Array(), ...more }
}

function resolve(method: string, target: string, more?: Partial<HttpRequestParts>) {
  const resolved = restJson.resolve(request(method, target, more), models)
  if (!resolved || 'refused' in resolved) return undefined
  return { name: resolved.operation.name, decode: () => resolved.decode() }
}

function inputOf(method: string, target: string, more?: Partial<HttpRequestParts>): Record<string, unknown> {
  const decoded = resolve(method, target, more)?.decode()
  if (!decoded || 'refused' in decoded) throw new Error(`no input: ${JSON.stringify(decoded)}`)
  return decoded.input as Record<string, unknown>
}

const operation = (name: string) => lambda.operation(name) as Operation

describe('routes', () => {
  test.each([
    ['POST', '/2015-03-31/functions', 'CreateFunction'],
    ['POST', '/2015-03-31/functions/', 'CreateFunction'],
    ['GET', '/2015-03-31/functions/f', 'GetFunction'],
    ['GET', '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A111111111111%3Afunction%3Af', 'GetFunction'],
    ['POST', '/2015-03-31/functions/f/invocations', 'Invoke'],
    ['PUT', '/2015-03-31/functions/f/code', 'UpdateFunctionCode'],
    ['DELETE', '/2015-03-31/functions/f/policy/s', 'RemovePermission'],
    ['GET', '/2018-10-31/layers?find=LayerVersion&Arn=x', 'GetLayerVersionByArn'],
    ['GET', '/2018-10-31/layers', 'ListLayers'],
    ['GET', '/2019-09-30/functions/f/provisioned-concurrency?List=ALL', 'ListProvisionedConcurrencyConfigs'],
    ['GET', '/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1', 'GetProvisionedConcurrencyConfig'],
    ['GET', '/2019-09-25/functions/f/event-invoke-config/list', 'ListFunctionEventInvokeConfigs'],
  ])('%s %s is %s', (method, target, name) => expect(resolve(method, target)?.name).toBe(name))

  test.each([
    ['GET', '/'],
    ['PATCH', '/2015-03-31/functions/f'],
    ['GET', '/2015-03-31/functions//configuration'],
    ['GET', '/2015-03-31/functions/f/g/h/i/j'],
    ['GET', '/2015-03-31/functions/%E0%A4%A'],
    ['GET', '/2015-03-31/functions?x=%zz'],
    ['GET', '/2015-03-31/%66unctions'],
  ])('%s %s is no operation', (method, target) => expect(resolve(method, target)).toBeUndefined())

  test('every operation of the model is found by its own method and path', () => {
    for (const name of lambda.operationNames) {
      const { method, uri } = operation(name)
      expect(resolve(method, uri.replaceAll(/\{[^}]+\}/g, 'a%2Fb'))?.name).toBe(name)
    }
  })
})

describe('inputs', () => {
  test('come from the path, the query string, headers and the body', () => {
    const body = Buffer.from(
      '{"FunctionName":"other","StatementId":"s","Action":"lambda:InvokeFunction","Principal":"*"}',
    )
    expect(inputOf('POST', '/2015-03-31/functions/f%3Alive/policy?Qualifier=2', { body })).toEqual({
      FunctionName: 'f:live',
      Qualifier: '2',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
    })
    expect(inputOf('GET', '/2015-03-31/functions?MaxItems=7&Marker=a+b%2Bc')).toEqual({ MaxItems: 7, Marker: 'a b+c' })
    const arn = 'arn%3Aaws%3Alambda%3Aus-east-1%3A111111111111%3Afunction%3Af'
    expect(inputOf('DELETE', `/2017-03-31/tags/${arn}?tagKeys=a&tagKeys=b`)).toMatchObject({ TagKeys: ['a', 'b'] })
  })

  test('may be the body itself, whatever bytes it has', () => {
    const headers = new Map([
      ['x-amz-invocation-type', 'Event'],
      ['x-amz-log-type', 'Tail'],
    ])
    const header = (name: string) => headers.get(name)
    const body = Buffer.from([0, 1, 255])
    const input = inputOf('POST', '/2015-03-31/functions/f/invocations', { header, body })
    expect(input).toMatchObject({ FunctionName: 'f', InvocationType: 'Event', LogType: 'Tail' })
    expect((input['Payload'] as Secret<Uint8Array>).reveal()).toEqual(body)
    expect(inputOf('POST', '/2015-03-31/functions/f/invocations')).toEqual({ FunctionName: 'f' })
  })

  test('that are sensitive come as secrets', () => {
    const body = Buffer.from('{"Environment":{"Variables":{"KEY":"value"}},"Timeout":5}')
    const input = inputOf('PUT', '/2015-03-31/functions/f/configuration', { body })
    expect(JSON.stringify(input)).not.toContain('value')
    const { Variables } = input['Environment'] as { Variables: Secret<Record<string, Secret<string>>> }
    expect(Variables.reveal()['KEY']?.reveal()).toBe('value')
  })

  test.each([
    ['GET', '/2015-03-31/functions?MaxItems=x', '', 'SerializationException'],
    ['GET', '/2015-03-31/functions?MaxItems=0', '', 'ValidationException'],
    ['GET', '/2015-03-31/functions/a%20b', '', 'ValidationException'],
    ['POST', '/2015-03-31/functions', '', 'ValidationException'],
    ['POST', '/2015-03-31/functions', 'no json', 'SerializationException'],
    ['POST', '/2015-03-31/functions', '[]', 'SerializationException'],
    ['PUT', '/2015-03-31/functions/f/configuration', '{"Timeout":901}', 'ValidationException'],
    ['PUT', '/2015-03-31/functions/f/configuration', '{"Timeout":"x"}', 'SerializationException'],
    ['PUT', '/2017-10-31/functions/f/concurrency', '{}', 'ValidationException'],
  ])('%s %s %s: %s', (method, target, body, code) => {
    expect(resolve(method, target, { body: Buffer.from(body) })?.decode()).toMatchObject({ refused: { code } })
  })

  test('whatever is sent, it is an input or a refusal', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('functions', '2015-03-31', 'invocations', '%', '{}', '..'))
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        fc.array(piece, { maxLength: 5 }),
        fc.string(),
        fc.oneof(fc.json(), fc.string()),
        (method, path, query, body) => {
          const parts = request(method, `/${path.join('/')}`, { query, body: Buffer.from(body) })
          const resolved = restJson.resolve(parts, models)
          if (resolved && !('refused' in resolved)) {
            const decoded = resolved.decode()
            expect('input' in decoded || 'refused' in decoded).toBe(true)
          }
        },
      ),
      { numRuns: 300, seed: 11 },
    )
  })
})

describe('answers', () => {
  test('have what belongs there in the status, in headers and in the body', () => {
    const output = {
      StatusCode: 202,
      FunctionError: 'Unhandled',
      ExecutedVersion: '$LATEST',
      LogResult: 'bG9n',
      Payload: new Secret(Buffer.from('{"a":1}')),
    }
    const answer = restJson.encode(operation('Invoke'), output, 'id')
    expect(answer).toEqual({
      status: 202,
      headers: {
        'x-amzn-RequestId': 'id',
        'Content-Type': 'application/json',
        'X-Amz-Function-Error': 'Unhandled',
        'X-Amz-Executed-Version': '$LATEST',
        'X-Amz-Log-Result': 'bG9n',
      },
      body: Buffer.from('{"a":1}'),
    })
  })

  test('have the status of the model, and nothing in the body where that says so', () => {
    expect(restJson.encode(operation('CreateFunction'), { FunctionName: 'f', Timeout: 3 }, 'id')).toMatchObject({
      status: 201,
      body: '{"FunctionName":"f","Timeout":3}',
    })
    expect(restJson.encode(operation('DeleteAlias'), {}, 'id')).toMatchObject({ status: 204, body: '' })
    expect(restJson.encode(operation('DeleteFunction'), { StatusCode: 204 }, 'id')).toMatchObject({ status: 204 })
  })
})

describe('errors', () => {
  test('carry Type and the message under the name that the model has for it', () => {
    expect(restJson.encodeError(lambda, { code: 'ResourceNotFoundException', message: 'no' }, 'id')).toEqual({
      status: 404,
      headers: {
        'x-amzn-RequestId': 'id',
        'x-amzn-ErrorType': 'ResourceNotFoundException',
        'Content-Type': 'application/json',
      },
      body: '{"Message":"no","Type":"User"}',
    })
    const conflict = restJson.encodeError(lambda, { code: 'ResourceConflictException', message: 'no' }, 'id')
    expect(conflict).toMatchObject({ status: 409, body: '{"message":"no","Type":"User"}' })
    const failed = restJson.encodeError(lambda, { code: 'ServiceException', message: 'no' }, 'id')
    expect(failed).toMatchObject({ status: 500, body: '{"Message":"no","Type":"Service"}' })
  })

  test('may have members and headers of their own', () => {
    const members = { Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '1' }
    const { status, headers, body } = restJson.encodeError(
      lambda,
      { code: 'TooManyRequestsException', message: 'Rate Exceeded.', members },
      'id',
    )
    expect(status).toBe(429)
    expect(headers['Retry-After']).toBe('1')
    expect(JSON.parse(body as string)).toEqual({
      message: 'Rate Exceeded.',
      Type: 'User',
      Reason: 'CallerRateLimitExceeded',
    })
  })

  test.each([
    ['AccessDeniedException', 403, 'Message'],
    ['UnrecognizedClientException', 403, 'Message'],
    ['ValidationException', 400, 'message'],
  ])('%s is none of the model’s', (code, status, name) => {
    const answer = restJson.encodeError(lambda, { code, message: 'no', status: 400 }, 'id')
    expect(answer).toMatchObject({ status, body: JSON.stringify({ [name]: 'no' }) })
  })
})
