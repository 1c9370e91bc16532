import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { allow, openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

const secure = { Type: 'SecureString' } as const
const kmsEvents = async () =>
  (await ssm.events()).filter(({ eventSource }) => eventSource === 'kms.amazonaws.com') as {
    eventName: string
    sourceIPAddress: string
    requestParameters: { encryptionContext?: object }
  }[]

test.each(['Standard', 'Advanced'] as const)(
  'a SecureString of the %s tier is ciphertext to whoever does not decrypt',
  async (Tier) => {
    await ssm.put('/s', 'hunter2', { ...secure, Tier })
    const { Parameter } = await ssm.do('GetParameter', { Name: '/s' })
    const text = Parameter?.Value?.reveal() as string
    expect(Buffer.from(text, 'base64').toString('base64')).toBe(text)
    expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain('hunter2')
    expect(await ssm.value('/s')).toBe('hunter2')
    const [described] = (await ssm.do('DescribeParameters', {})).Parameters ?? []
    expect(described).toMatchObject({ KeyId: 'alias/aws/ssm', Type: 'SecureString', Tier })
    const [first, last] = await kmsEvents()
    expect(first).toMatchObject({
      eventName: Tier === 'Standard' ? 'Encrypt' : 'GenerateDataKey',
      sourceIPAddress: 'ssm.amazonaws.com',
      requestParameters: { encryptionContext: { PARAMETER_ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/s' } },
    })
    expect(last).toMatchObject({ eventName: 'Decrypt', sourceIPAddress: 'ssm.amazonaws.com' })
  },
)

test('a value moved to another parameter does not open', async () => {
  const { KeyMetadata } = (await ssm.call(ssm.admin, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { KeyId: string }
  }
  await ssm.put('/a', 'one', { ...secure, KeyId: KeyMetadata.KeyId })
  const { Parameter } = await ssm.do('GetParameter', { Name: '/a' })
  const CiphertextBlob = Buffer.from(Parameter?.Value?.reveal() as string, 'base64')
  const EncryptionContext = { PARAMETER_ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/b' }
  await expect(ssm.call(ssm.admin, 'kms', 'Decrypt', { CiphertextBlob, EncryptionContext })).rejects.toMatchObject({
    code: 'InvalidCiphertextException',
  })
})

test('decryption needs permission on the key; through the default key Systems Manager itself gives it', async () => {
  const { KeyMetadata } = (await ssm.call(ssm.admin, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { Arn: string; KeyId: string }
  }
  await ssm.put('/own', 'v', { ...secure, KeyId: KeyMetadata.KeyId })
  await ssm.put('/default', 'v', secure)
  const reader = ssm.user('reader', [allow('ssm:GetParameter')])
  expect(await ssm.value('/default', reader)).toBe('v')
  await expect(ssm.value('/own', reader)).rejects.toMatchObject({
    code: 'AccessDeniedException',
    text: expect.stringContaining(`kms:Decrypt on resource: ${KeyMetadata.Arn}`),
  })
  expect((await ssm.do('GetParameter', { Name: '/own' }, reader)).Parameter?.Type).toBe('SecureString')
  const through = { Condition: { StringEquals: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' } } }
  const decrypter = ssm.user('decrypter', [allow('ssm:GetParameter'), allow('kms:Decrypt', KeyMetadata.Arn, through)])
  expect(await ssm.value('/own', decrypter)).toBe('v')
})

test('a key that is not there or disabled is told as AWS tells it', async () => {
  await expect(ssm.put('/x', 'v', { ...secure, KeyId: 'alias/none' })).rejects.toMatchObject({
    code: 'InvalidKeyId',
    text: expect.stringMatching(
      /alias\/none is not found\. \(Service: AWSKMS; Status Code: 400; Error Code: NotFoundException;/,
    ),
  })
  const { KeyMetadata } = (await ssm.call(ssm.admin, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { KeyId: string }
  }
  await ssm.put('/y', 'v', { ...secure, KeyId: KeyMetadata.KeyId })
  await ssm.call(ssm.admin, 'kms', 'DisableKey', { KeyId: KeyMetadata.KeyId })
  await expect(ssm.value('/y')).rejects.toMatchObject({
    code: 'InvalidKeyId',
    text: expect.stringContaining('Error Code: DisabledException'),
  })
  await expect(ssm.put('/z', 'v', { KeyId: KeyMetadata.KeyId })).rejects.toMatchObject({
    text: 'KeyId is required for SecureString type parameter only.',
  })
})

test('a new value stays under the key of the one before it', async () => {
  const { KeyMetadata } = (await ssm.call(ssm.admin, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { KeyId: string }
  }
  await ssm.put('/k', 'one', { ...secure, KeyId: KeyMetadata.KeyId })
  await ssm.do('PutParameter', { Name: '/k', Value: new Secret('two'), Overwrite: true })
  expect((await ssm.do('DescribeParameters', {})).Parameters?.[0]?.KeyId).toBe(KeyMetadata.KeyId)
})

test('no plaintext is in an event of the audit trail', async () => {
  await ssm.put('/s', 'canary-value', secure)
  await ssm.put('/t', 'canary-value')
  await ssm.value('/s')
  await ssm.do('GetParametersByPath', { Path: '/', WithDecryption: true })
  expect(JSON.stringify(await ssm.events())).not.toContain('canary-value')
  expect(JSON.stringify(ssm.told)).not.toContain('canary-value')
})
