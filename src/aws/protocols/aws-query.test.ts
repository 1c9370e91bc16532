import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Secret } from '../../base/secret.ts'
import { awsQuery } from './aws-query.ts'
import { linkModel, modelOf, type Operation } from './model.ts'
import type { HttpRequestParts } from './protocol.ts'

const models = [modelOf('iam'), modelOf('sts'), modelOf('kms')]

const ofType = (type: string) => (name: string) => (name === 'content-type' ? type : undefined)

function post(form: string): HttpRequestParts {
  const header = ofType('application/x-www-form-urlencoded; charset=utf-8')
  return { method: 'POST', path: '/', query: '', header, body: Buffer.from(form) }
}

function get(query: string): HttpRequestParts {
  return { method: 'GET', path: '/', query, header: () => undefined, body: Buffer.alloc(0) }
}

function decode(request: HttpRequestParts, among = models): Record<string, unknown> {
  const resolved = awsQuery.resolve(request, among)
  if (!resolved) return { resolved: undefined }
  if ('refused' in resolved) return { refused: resolved.refused }
  const decoded = resolved.decode()
  return 'input' in decoded ? { ...decoded.input } : { refused: decoded.refused }
}

const iamForm = (action: string, rest: string) => post(`Action=${action}&Version=2010-05-08${rest}`)

describe('which operation', () => {
  test('is in the parameter Action, of the body or of the query string', () => {
    for (const request of [
      post('Action=GetCallerIdentity&Version=2011-06-15'),
      get('Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=00'),
      { ...get('Version=2011-06-15&Action=GetCallerIdentity'), method: 'POST' },
    ]) {
      expect(awsQuery.resolve(request, models)).toMatchObject({
        operation: modelOf('sts').operation('GetCallerIdentity'),
      })
      expect(decode(request)).toEqual({})
    }
  })

  test.each([
    ['Action=Nope&Version=2011-06-15', 'InvalidAction', 'Could not find operation Nope for version 2011-06-15'],
    ['Action=GetUser&Version=2011-06-15', 'InvalidAction', 'Could not find operation GetUser for version 2011-06-15'],
    ['Action=Encrypt&Version=2014-11-01', 'InvalidAction', 'Could not find operation Encrypt for version 2014-11-01'],
    ['Action=GetUser', 'InvalidAction', 'Could not find operation GetUser for version NO_VERSION_SPECIFIED'],
    [
      'Action=__proto__&Version=2010-05-08',
      'InvalidAction',
      'Could not find operation __proto__ for version 2010-05-08',
    ],
    ['Version=2010-05-08', 'MissingAction', 'The parameter Action is missing.'],
    ['Action=GetUser&Action=DeleteUser&Version=2010-05-08', 'MalformedQueryString', 'The form is malformed.'],
    ['Action=%ff&Version=2010-05-08', 'MalformedQueryString', 'The form is malformed.'],
  ])('%s: %s', (form, code, message) => {
    expect(decode(post(form))).toMatchObject({ refused: { code, message } })
  })

  test('is nothing where the request is no form', () => {
    const json = { ...post('{}'), header: ofType('application/json') }
    for (const request of [json, get(''), get('list=true'), { ...get('Action=GetUser'), method: 'DELETE' }]) {
      expect(awsQuery.resolve(request, models)).toBeUndefined()
    }
  })
})

describe('inputs', () => {
  test('have lists in the order of their numbers', () => {
    const tags =
      '&Tags.member.10.Key=c&Tags.member.10.Value=3&Tags.member.2.Key=b&Tags.member.2.Value=&Tags.member.1.Key=a+b&Tags.member.1.Value=%C3%A9'
    expect(decode(iamForm('CreateUser', `&UserName=u&Unknown.x=1${tags}`))).toEqual({
      UserName: 'u',
      Tags: [
        { Key: 'a b', Value: 'é' },
        { Key: 'b', Value: '' },
        { Key: 'c', Value: '3' },
      ],
    })
    expect(decode(iamForm('CreateUser', '&UserName=u&Tags='))).toEqual({ UserName: 'u', Tags: [] })
  })

  test('have secrets as secrets, numbers and booleans as such', () => {
    const { Password, ...rest } = decode(
      iamForm('CreateLoginProfile', '&UserName=u&Password=p%26&PasswordResetRequired=true'),
    )
    expect(rest).toEqual({ UserName: 'u', PasswordResetRequired: true })
    expect((Password as Secret<string>).reveal()).toBe('p&')
    expect(decode(iamForm('ListUsers', '&MaxItems=12'))).toEqual({ MaxItems: 12 })
  })

  const malformed = (message?: string) => ({ refused: { code: 'MalformedInput', message } })

  test.each([
    ['ListUsers', '&MaxItems=x', undefined],
    ['ListUsers', '&MaxItems=', undefined],
    ['ListUsers', '&MaxItems=1e3', undefined],
    ['ListUsers', '&MaxItems=2147483648', undefined],
    ['CreateLoginProfile', '&PasswordResetRequired=yes', 'boolean must follow xsd1.1 definition'],
    ['GetUser', '&UserName.a=x', 'Start of structure or map found where not expected.'],
    ['CreateUser', '&Tags=x', 'Expected list or null'],
    ['CreateUser', '&Tags.1.Key=x', 'Start of structure or map found where not expected.'],
    ['CreateUser', '&Tags.member.0.Key=x', 'Start of structure or map found where not expected.'],
    ['CreateUser', '&Tags.member.01.Key=x', 'Start of structure or map found where not expected.'],
    ['CreateUser', '&Tags.member.x.Key=x', 'Start of structure or map found where not expected.'],
    ['CreateUser', '&Tags.member.1=x', 'Expected null'],
  ])('%s %s is malformed', (action, rest, message) => {
    expect(decode(iamForm(action, rest))).toEqual(malformed(message))
  })

  test('break constraints in the words of IAM, which leave enum sets out', () => {
    const failed = 'failed to satisfy constraint:'
    expect(decode(iamForm('UpdateAccessKey', '&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=on'))).toEqual({
      refused: {
        code: 'ValidationError',
        message: `1 validation error detected: Value 'on' at 'status' ${failed} Member must satisfy enum value set`,
      },
    })
    const form = 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=a+b'
    expect(decode(post(form))).toEqual({
      refused: {
        code: 'ValidationError',
        message: `1 validation error detected: Value 'a b' at 'roleSessionName' ${failed} Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      },
    })
  })

  test('of any kind are read or refused', () => {
    const names = [
      'UserName',
      'Tags',
      'Tags.member',
      'Tags.member.1',
      'Tags.member.1.Key',
      'Tags.member.2.Value',
      'Path',
      'x.__proto__',
    ]
    const parameter = fc.tuple(fc.constantFrom(...names), fc.constantFrom('', 'a', '/', '%00', '%F0%9F%98%80'))
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 8 }), (parameters) => {
        const form = parameters.map(([name, value]) => `&${name}=${value}`).join('')
        const decoded = decode(iamForm('CreateUser', form))
        if ('refused' in decoded) expect(decoded['refused']).toHaveProperty('code')
        else expect(decoded).toHaveProperty('UserName', 'a')
      }),
      { numRuns: 2000, seed: 7 },
    )
  })
})

describe('maps, flattened lists and other names', () => {
  const model = linkModel({
    service: 'iam',
    source: 'a test',
    metadata: { protocol: 'query', apiVersion: '1', serviceId: 'T', endpointPrefix: 't', signingName: 't' },
    operations: { Op: { method: 'POST', uri: '/', input: 'All', output: 'All' } },
    shapes: {
      All: {
        type: 'structure',
        members: {
          Map: 'Map',
          FlatMap: 'FlatMap',
          Flat: 'Flat',
          Named: 'Named',
          Other: { shape: 'Text', locationName: 'other' },
        },
      },
      Map: { type: 'map', key: 'Text', value: 'Number' },
      FlatMap: {
        type: 'map',
        key: { shape: 'Text', locationName: 'K' },
        value: { shape: 'Text', locationName: 'V' },
        flattened: true,
      },
      Flat: { type: 'list', member: 'Text', flattened: true },
      Named: { type: 'list', member: { shape: 'Text', locationName: 'item' } },
      Text: { type: 'string' },
      Number: { type: 'integer' },
    },
  })
  const operation = model.operation('Op') as Operation
  const value = { Map: { __proto__x: 1, b: -2 }, FlatMap: { k: 'v' }, Flat: ['a', 'b'], Named: ['c'], Other: 'o' }

  test('are read', () => {
    const form = [
      'Map.entry.1.key=__proto__x&Map.entry.1.value=1&Map.entry.2.key=b&Map.entry.2.value=-2',
      'FlatMap.1.K=k&FlatMap.1.V=v&Flat.1=a&Flat.2=b&Named.item.1=c&other=o',
    ].join('&')
    expect(decode(post(`Action=Op&Version=1&${form}`), [model])).toEqual(value)
  })

  test.each(['Map.entry.1.value=1', 'Map.x=1', 'FlatMap.x.K=1'])('%s does not fit a map', (form) => {
    expect(decode(post(`Action=Op&Version=1&${form}`), [model])).toEqual({
      refused: { code: 'MalformedInput', message: 'Start of list found where not expected' },
    })
  })

  test('are written', () => {
    const { body } = awsQuery.encode(operation, value, 'id')
    expect(body).toBe(
      '<OpResponse><OpResult><Map><entry><key>__proto__x</key><value>1</value></entry><entry><key>b</key><value>-2</value></entry></Map>' +
        '<FlatMap><K>k</K><V>v</V></FlatMap><Flat>a</Flat><Flat>b</Flat><Named><item>c</item></Named><other>o</other></OpResult>' +
        '<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></OpResponse>',
    )
  })
})
