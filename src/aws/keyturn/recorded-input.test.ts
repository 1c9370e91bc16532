import { expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { publicMembers } from '../public-members.ts'
import { explainedService } from './explained-services.ts'
import { recordedInput } from './recorded-input.ts'

function roundTrip(service: string, operation: string, input: object) {
  const shape = explainedService(service)?.model.operation(operation)?.input
  return recordedInput(shape, publicMembers(shape, input))
}

test('what a record tells becomes the input again', () => {
  const inputs = [
    ['secretsmanager', 'GetSecretValue', { SecretId: 'a', VersionStage: 'b' }],
    [
      'kms',
      'CreateGrant',
      {
        KeyId: 'k',
        GranteePrincipal: 'p',
        Operations: ['Decrypt'],
        Constraints: { EncryptionContextSubset: { KeyId: 'x', b: 'y' } },
      },
    ],
    ['kms', 'TagResource', { KeyId: 'k', Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
    ['iam', 'CreateUser', { UserName: 'u', Path: '/a/' }],
    ['ssm', 'GetParameter', { Name: '/a', WithDecryption: true }],
  ] as const
  for (const [service, operation, input] of inputs) {
    expect(roundTrip(service, operation, input)).toEqual({ input, incomplete: false })
  }
})

test('an empty value stands for what no record holds', () => {
  const mac = { KeyId: 'k', Mac: Buffer.from('x'), Message: new Secret(Buffer.from('y')), MacAlgorithm: 'HMAC_SHA_256' }
  const { input, incomplete } = roundTrip('kms', 'VerifyMac', mac)
  expect(incomplete).toBe(true)
  expect(input).toMatchObject({ KeyId: 'k', Mac: Buffer.alloc(0), MacAlgorithm: 'HMAC_SHA_256' })
  const encrypt = roundTrip('kms', 'Encrypt', { KeyId: 'k', Plaintext: new Secret(Buffer.from('x')) })
  expect(encrypt.incomplete).toBe(true)
  expect(encrypt.input['Plaintext']).toBeInstanceOf(Secret)
})

test.each([undefined, null, 'text', [], 7, { __proto__: { secretId: 'x' } }])('%s tells nothing', (told) => {
  const shape = explainedService('secretsmanager')?.model.operation('GetSecretValue')?.input
  expect(recordedInput(shape, told)).toEqual({ input: { SecretId: '' }, incomplete: true })
})
