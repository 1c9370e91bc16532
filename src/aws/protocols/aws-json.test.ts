import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Secret } from '../../base/secret.ts'
import type { EncryptRequest } from '../models/kms.ts'
import { awsJson } from './aws-json.ts'
import { modelOf } from './model.ts'
import type { HttpRequestParts } from './protocol.ts'

const models = [modelOf('iam'), modelOf('kms'), modelOf('secretsmanager')]

type Headers = Readonly<Record<string, string | undefined>>

function request(target: string, body: unknown, headers: Headers = {}): HttpRequestParts {
  const all: Headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target, ...headers }
  return {
    method: 'POST',
    path: '/',
    query: '',
    header: (name) => all[name],
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

function decode(target: string, body: unknown): Record<string, unknown> {
  const resolved = awsJson.resolve(request(target, body), models)
  if (!resolved || 'refused' in resolved) throw new Error('not resolved')
  const decoded = resolved.decode()
  return 'input' in decoded ? { ...decoded.input } : { refused: decoded.refused }
}

const invalid = (count: string, ...texts: string[]) => ({
  refused: { code: 'ValidationException', message: `${count} detected: ${texts.join('; ')}` },
})

describe('which operation', () => {
  const refused = (parts: HttpRequestParts) => {
    const resolved = awsJson.resolve(parts, models)
    return resolved && ('refused' in resolved ? resolved.refused : resolved.operation.name)
  }

  test('is in the target', () => {
    expect(refused(request('TrentService.Encrypt', {}))).toBe('Encrypt')
    expect(refused(request('secretsmanager.GetSecretValue', {}))).toBe('GetSecretValue')
    const type = 'Application/X-Amz-JSON-1.1; charset=utf-8'
    expect(refused(request('TrentService.Encrypt', {}, { 'content-type': type }))).toBe('Encrypt')
  })

  test.each(['', '.', 'Encrypt', 'TrentService', 'TrentService.', 'TrentService.encrypt', 'trentservice.Encrypt'])(
    '%j is unknown',
    (target) => expect(refused(request(target, {}))).toEqual({ code: 'UnknownOperationException' }),
  )

  test.each(['TrentService.GetSecretValue', 'TrentService.constructor', 'TrentService.__proto__', 'undefined.GetUser'])(
    '%j is unknown',
    (target) => expect(refused(request(target, {}))).toEqual({ code: 'UnknownOperationException' }),
  )

  test('is not asked for by another method or type, nor by a target that comes twice', () => {
    const parts = request('TrentService.Encrypt', {})
    expect(refused({ ...parts, method: 'GET' })).toEqual({ code: 'UnknownOperationException' })
    for (const type of ['application/json', 'text/plain', undefined]) {
      const other = request('TrentService.Encrypt', {}, { 'content-type': type })
      expect(refused(other)).toEqual({ code: 'UnknownOperationException', status: 404 })
    }
    expect(refused(request('a.B,c.D', {}))).toEqual({ code: 'UnknownOperationException' })
    expect(refused({ ...parts, header: () => undefined })).toBeUndefined()
  })
})

describe('values of the wrong kind', () => {
  test.each([
    ['{"SecretId":1}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"SecretId":true}', 'TRUE_VALUE can not be converted to a String'],
    ['{"SecretId":["a"]}', 'Start of list found where not expected'],
    ['{"SecretId":{}}', 'Start of structure or map found where not expected.'],
    ['[]', 'Start of list found where not expected'],
  ])('GetSecretValue %s', (body, message) => {
    expect(decode('secretsmanager.GetSecretValue', body)).toEqual({
      refused: { code: 'SerializationException', message },
    })
  })

  test.each([
    ['{"MaxResults":"1"}', 'STRING_VALUE can not be converted to an Integer'],
    ['{"MaxResults":false}', 'FALSE_VALUE can not be converted to an Integer'],
    ['{"MaxResults":[]}', 'Start of list found where not expected'],
    ['{"IncludePlannedDeletion":1}', 'NUMBER_VALUE can not be converted to a Boolean'],
    ['{"Filters":"a"}', 'Expected list or null'],
    ['{"Filters":{}}', 'Start of structure or map found where not expected.'],
    ['{"Filters":["a"]}', 'Expected null'],
    ['{"Filters":[["a"]]}', 'Start of list found where not expected'],
    ['{"Filters":[{"Values":[1]}]}', 'NUMBER_VALUE can not be converted to a String'],
  ])('ListSecrets %s', (body, message) => {
    expect(decode('secretsmanager.ListSecrets', body)).toEqual({ refused: { code: 'SerializationException', message } })
  })

  test.each([
    ['TrentService.Encrypt', '{"EncryptionContext":1}', 'Expected map or null'],
    ['TrentService.Encrypt', '{"EncryptionContext":[]}', 'Start of list found where not expected'],
    ['TrentService.Encrypt', '{"EncryptionContext":{"a":1}}', 'NUMBER_VALUE can not be converted to a String'],
    [
      'TrentService.ImportKeyMaterial',
      '{"ValidTo":"x"}',
      'STRING_VALUE can not be converted to milliseconds since epoch',
    ],
  ])('%s %s', (target, body, message) => {
    expect(decode(target, body)).toEqual({ refused: { code: 'SerializationException', message } })
  })

  test.each([
    '',
    '{',
    'null',
    '"x"',
    '1',
    'true',
    '{"SecretId":"x",}',
    '{"SecretId":"x"} {}',
    '{"SecretId":"\\ud800"}',
  ])('%j has no text', (body) => {
    const { refused } = decode('secretsmanager.GetSecretValue', body)
    expect(JSON.parse(JSON.stringify(refused))).toEqual({ code: 'SerializationException' })
  })

  test.each(['{"Plaintext":"a"}', '{"Plaintext":"=+/="}', '{"Plaintext":"YQ==YQ=="}', '{"Plaintext":"YQ"}'])(
    '%s has no text, for that would show the value',
    (body) => {
      const { refused } = decode('TrentService.Encrypt', body)
      expect(JSON.parse(JSON.stringify(refused))).toEqual({ code: 'SerializationException' })
    },
  )

  test('numbers that do not fit are refused, fractions of integers are cut off', () => {
    expect(decode('secretsmanager.ListSecrets', '{"MaxResults":5.9}')).toEqual({ MaxResults: 5 })
    for (const number of ['1e999', '2147483648', '-2147483648.5']) {
      expect(decode('secretsmanager.ListSecrets', `{"MaxResults":${number}}`)).toMatchObject({
        refused: { code: 'SerializationException' },
      })
    }
  })
})

describe('broken constraints', () => {
  test('a required member that is absent or null', () => {
    const text = "Value null at 'secretId' failed to satisfy constraint: Member must not be null"
    expect(decode('secretsmanager.GetSecretValue', {})).toEqual(invalid('1 validation error', text))
    expect(decode('secretsmanager.GetSecretValue', { SecretId: null })).toEqual(invalid('1 validation error', text))
  })

  test('a number out of range', () => {
    const text =
      "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024"
    expect(decode('TrentService.GenerateRandom', { NumberOfBytes: 1025 })).toEqual(invalid('1 validation error', text))
  })

  test('the patched range of a pending window', () => {
    const text =
      "Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7"
    const input = { KeyId: 'a', PendingWindowInDays: 6 }
    expect(decode('TrentService.ScheduleKeyDeletion', input)).toEqual(invalid('1 validation error', text))
  })

  test('bytes and sensitive texts are not shown', () => {
    const length = 'failed to satisfy constraint: Member must have length'
    expect(decode('TrentService.Encrypt', { KeyId: 'a', Plaintext: '' })).toEqual(
      invalid('1 validation error', `Value at 'plaintext' ${length} greater than or equal to 1`),
    )
    const secret = 'canary'.repeat(20_000)
    expect(decode('secretsmanager.PutSecretValue', { SecretId: 'a', SecretString: secret })).toEqual(
      invalid('1 validation error', `Value at 'secretString' ${length} less than or equal to 65536`),
    )
  })

  test('several at once, within lists of structures and of texts', () => {
    const input = { Name: '', Tags: [{ Key: 'a' }, { Key: '' }], AddReplicaRegions: [{ Region: 'X' }] }
    const failed = 'failed to satisfy constraint:'
    expect(decode('secretsmanager.CreateSecret', input)).toEqual(
      invalid(
        '3 validation errors',
        `Value '' at 'name' ${failed} Member must have length greater than or equal to 1`,
        `Value '' at 'tags.2.member.key' ${failed} Member must have length greater than or equal to 1`,
        `Value 'X' at 'addReplicaRegions.1.member.region' ${failed} Member must satisfy regular expression pattern: ^([a-z]+-)+\\d+$`,
      ),
    )
    expect(decode('secretsmanager.PutSecretValue', { SecretId: 'a', VersionStages: ['b', ''] })).toEqual(
      invalid(
        '1 validation error',
        `Value '[b, ]' at 'versionStages' ${failed} Member must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, Member must not be null]`,
      ),
    )
  })

  test('enums, and nulls in maps', () => {
    const failed = 'failed to satisfy constraint:'
    expect(decode('secretsmanager.ListSecrets', { SortOrder: 'up' })).toEqual(
      invalid(
        '1 validation error',
        `Value 'up' at 'sortOrder' ${failed} Member must satisfy enum value set: [asc, desc]`,
      ),
    )
    expect(
      decode('TrentService.Encrypt', { KeyId: 'a', Plaintext: 'YQ==', EncryptionContext: { a: null, b: 'c' } }),
    ).toEqual(
      invalid(
        '1 validation error',
        `Value '{a=null, b=c}' at 'encryptionContext' ${failed} Map value must satisfy constraint: [Member must not be null]`,
      ),
    )
  })

  test('a wrong kind goes before broken constraints, and many are counted but not all told', () => {
    expect(decode('secretsmanager.CreateSecret', { Name: '', Description: 1 })).toMatchObject({
      refused: { code: 'SerializationException' },
    })
    const Tags = Array.from({ length: 1000 }, () => ({ Key: '' }))
    const { message } = decode('secretsmanager.TagResource', { SecretId: 'a', Tags })['refused'] as { message: string }
    expect(message).toMatch(/^1000 validation errors detected: /)
    expect(message.split('; ')).toHaveLength(64)
  })
})

describe('inputs', () => {
  test('have only what the model knows, with secrets as secrets', () => {
    const body =
      '{"KeyId":"a","Plaintext":"aGk=","__proto__":{"x":1},"constructor":1,"Foo":[[]],"EncryptionContext":null}'
    const input = decode('TrentService.Encrypt', body)
    expect(Object.keys(input)).toEqual(['KeyId', 'Plaintext'])
    expect((input['Plaintext'] as Secret<Uint8Array>).reveal()).toEqual(Buffer.from('hi'))
    expectTypeOf<EncryptRequest['Plaintext']>().toEqualTypeOf<Secret<Uint8Array>>()
  })

  test('keep any key of a map, on an object without a prototype', () => {
    const body = '{"KeyId":"a","Plaintext":"aGk=","EncryptionContext":{"__proto__":"x","constructor":"y"}}'
    const context = decode('TrentService.Encrypt', body)['EncryptionContext'] as object
    expect(Object.getPrototypeOf(context)).toBeNull()
    expect(Object.entries(context)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  test('have times in milliseconds', () => {
    const input = { KeyId: 'a', ImportToken: 'YQ==', EncryptedKeyMaterial: 'YQ==', ValidTo: 1_700_000_000.123 }
    expect(decode('TrentService.ImportKeyMaterial', input)['ValidTo']).toBe(1_700_000_000_123)
  })
})
