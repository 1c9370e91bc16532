import { describe, expect, expectTypeOf, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { GenerateDataKeyResponse } from '../models/kms.ts'
import type { GetSecretValueResponse } from '../models/secretsmanager.ts'
import { awsJson } from './aws-json.ts'
import { modelOf, type Operation } from './model.ts'

const kms = modelOf('kms')
const secretsmanager = modelOf('secretsmanager')

describe('answers', () => {
  test('reveal secrets, give seconds with fractions, leave out what is undefined', () => {
    const output: GetSecretValueResponse = {
      Name: 'a"b',
      VersionId: undefined,
      SecretString: new Secret('hidden'),
      SecretBinary: new Secret(Buffer.from('hi')),
      VersionStages: [],
      CreatedDate: 1_700_000_000_123,
    }
    const answer = awsJson.encode(secretsmanager.operation('GetSecretValue') as Operation, output, 'id')
    expect(answer).toEqual({
      status: 200,
      headers: { 'x-amzn-RequestId': 'id', 'Content-Type': 'application/x-amz-json-1.1' },
      body: '{"Name":"a\\"b","SecretBinary":"aGk=","SecretString":"hidden","VersionStages":[],"CreatedDate":1700000000.123}',
    })
  })

  test('a plain value in a sensitive member does not compile', () => {
    expectTypeOf<string>().not.toExtend<NonNullable<GetSecretValueResponse['SecretString']>>()
    expectTypeOf<Uint8Array>().not.toExtend<NonNullable<GenerateDataKeyResponse['Plaintext']>>()
  })

  test('an operation without output answers nothing', () => {
    expect(awsJson.encode(kms.operation('EnableKey') as Operation, {}, 'id').body).toBe('')
  })
})

describe('errors', () => {
  test.each([
    [
      secretsmanager,
      { code: 'ResourceNotFoundException', message: 'no' },
      400,
      '{"__type":"ResourceNotFoundException","Message":"no"}',
    ],
    [
      secretsmanager,
      { code: 'InternalServiceError', message: 'x' },
      500,
      '{"__type":"InternalServiceError","Message":"x"}',
    ],
    [kms, { code: 'NotFoundException', message: 'no' }, 400, '{"__type":"NotFoundException","message":"no"}'],
    [kms, { code: 'InvalidCiphertextException' }, 400, '{"__type":"InvalidCiphertextException"}'],
    [kms, { code: 'ValidationException', message: 'v' }, 400, '{"__type":"ValidationException","message":"v"}'],
    [
      kms,
      { code: 'AccessDeniedException', message: 'd', status: 403 },
      403,
      '{"__type":"AccessDeniedException","Message":"d"}',
    ],
    [undefined, { code: 'UnknownOperationException' }, 400, '{"__type":"UnknownOperationException"}'],
  ])('%#', (model, error, status, body) => {
    const answer = awsJson.encodeError(model, error, 'id')
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(answer.headers['x-amzn-RequestId']).toBe('id')
  })
})
