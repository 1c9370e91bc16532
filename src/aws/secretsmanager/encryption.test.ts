import { expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'
import { type Key, markPrefix } from '../../store/key.ts'

const denied = 'AccessDeniedException: Access to KMS is not allowed'

async function newKey({ kms }: SecretsManager, region?: string): Promise<string> {
  const { KeyMetadata } = await kms('CreateKey', {}, region)
  return (KeyMetadata as { Arn: string }).Arn
}

test('the KMS key of a secret is told by describe and with its versions', async () => {
  const open = await openSecretsManager()
  const key = await newKey(open)
  await open.sm('CreateSecret', { Name: 's', SecretString: 'x', KmsKeyId: key })
  expect(await open.sm('DescribeSecret', { SecretId: 's' })).toMatchObject({ KmsKeyId: key })
  const { Versions } = await open.sm('ListSecretVersionIds', { SecretId: 's' })
  expect(Versions).toMatchObject([{ KmsKeyIds: [key] }])
  await open.harness.close()
})

test('a disabled key is refused by the very next read and write', async () => {
  const open = await openSecretsManager()
  const key = await newKey(open)
  await open.sm('CreateSecret', { Name: 's', SecretString: 'x', KmsKeyId: key })
  await open.sm('GetSecretValue', { SecretId: 's' })
  await open.kms('DisableKey', { KeyId: key })
  expect(await refusal(open.sm('GetSecretValue', { SecretId: 's' }))).toMatch(/^DecryptionFailure/)
  expect(await refusal(open.sm('PutSecretValue', { SecretId: 's', SecretString: 'y' }))).toMatch(/^EncryptionFailure/)
  expect(await refusal(open.sm('CreateSecret', { Name: 't', KmsKeyId: key }))).toMatch(/^EncryptionFailure/)
  await open.kms('EnableKey', { KeyId: key })
  expect(await open.sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'x' })
  await open.harness.close()
})

test('key policies decide with the service and its encryption context', async () => {
  const open = await openSecretsManager()
  const { harness } = open
  const key = await newKey(open)
  const { ARN } = await open.sm('CreateSecret', { Name: 's', SecretString: 'x', KmsKeyId: key })
  const allow = (Action: string, Resource: string, Condition?: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }],
  })
  const read = allow('secretsmanager:GetSecretValue', ARN)
  const through = {
    StringEquals: {
      'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
      'kms:EncryptionContext:SecretARN': ARN,
    },
  }
  const without = harness.user('without', [read])
  const within = harness.user('within', [read, allow('kms:Decrypt', key, through)])
  const elsewhere = { StringEquals: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' } }
  const wrong = harness.user('wrong', [read, allow('kms:Decrypt', key, elsewhere)])
  const get = (user: typeof without) => open.as(user)('GetSecretValue', { SecretId: ARN })
  expect(await refusal(get(without))).toBe(denied)
  expect(await refusal(get(wrong))).toBe(denied)
  expect(await get(within)).toMatchObject({ SecretString: 'x' })
  await harness.close()
})

test('a new key takes over the versions in use, the old one is needed for it', async () => {
  const open = await openSecretsManager()
  const [old, fresh] = [await newKey(open), await newKey(open)]
  await open.sm('CreateSecret', { Name: 's', SecretString: 'v1', KmsKeyId: old })
  await open.sm('PutSecretValue', { SecretId: 's', SecretString: 'v2' })
  await open.sm('UpdateSecret', { SecretId: 's', KmsKeyId: fresh })
  await open.kms('DisableKey', { KeyId: old })
  expect(await open.sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2' })
  const previous = await open.sm('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPREVIOUS' })
  expect(previous).toMatchObject({ SecretString: 'v1' })
  await open.sm('UpdateSecret', { SecretId: 's', KmsKeyId: 'alias/aws/secretsmanager' })
  expect(await open.sm('DescribeSecret', { SecretId: 's' })).not.toHaveProperty('KmsKeyId')
  await open.kms('DisableKey', { KeyId: fresh })
  expect(await open.sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2' })
  expect(await refusal(open.sm('UpdateSecret', { SecretId: 's', KmsKeyId: old }))).toMatch(/^EncryptionFailure/)
  expect(await open.sm('DescribeSecret', { SecretId: 's' })).not.toHaveProperty('KmsKeyId')
  await open.harness.close()
})

test('another account needs the resource policy and a customer key whose policy lets it', async () => {
  const open = await openSecretsManager()
  const other = open.harness.root('222222222222')
  const policy = (Action: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: '222222222222' }, Action, Resource: '*' },
      ],
    })
  const share = async (input: object) => {
    const { ARN } = await open.sm('CreateSecret', { SecretString: 'x', ...input })
    await open.sm('PutResourcePolicy', { SecretId: ARN, ResourcePolicy: policy('secretsmanager:*') })
    return ARN
  }
  const theirs = open.as(other)
  const byDefault = await share({ Name: 'default' })
  expect(await theirs('DescribeSecret', { SecretId: byDefault })).toMatchObject({ Name: 'default' })
  const refused =
    "InvalidRequestException: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key."
  expect(await refusal(theirs('GetSecretValue', { SecretId: byDefault }))).toBe(refused)
  expect(await refusal(theirs('PutSecretValue', { SecretId: byDefault, SecretString: 'y' }))).toBe(refused)
  expect((await theirs('ListSecrets', {})).SecretList).toEqual([])

  const key = await newKey(open)
  await open.kms('CreateAlias', { AliasName: 'alias/shared', TargetKeyId: key })
  const shared = await share({ Name: 'shared', KmsKeyId: 'alias/shared' })
  expect(await refusal(theirs('GetSecretValue', { SecretId: shared }))).toBe(denied)
  await open.kms('PutKeyPolicy', { KeyId: key, Policy: policy('kms:*') })
  expect(await theirs('GetSecretValue', { SecretId: shared })).toMatchObject({ SecretString: 'x' })
  await theirs('PutSecretValue', { SecretId: shared, SecretString: 'y' })
  expect(await open.sm('GetSecretValue', { SecretId: shared })).toMatchObject({ SecretString: 'y' })
  await theirs('DeleteSecret', { SecretId: shared })
  await theirs('RestoreSecret', { SecretId: shared })
  await open.harness.close()
})

test('no value is in the audit trail or in what the store holds, and KMS has its own events', async () => {
  const open = await openSecretsManager()
  const { harness } = open
  const canary = 'canary-7c1e5a'
  await open.sm('CreateSecret', { Name: 's', SecretString: canary })
  await open.sm('GetSecretValue', { SecretId: 's' })
  const events = await harness.events()
  expect(JSON.stringify(events)).not.toContain(canary)
  expect(events.map(({ eventSource, eventName }) => `${eventSource as string} ${eventName as string}`)).toEqual([
    'kms.amazonaws.com GenerateDataKey',
    'secretsmanager.amazonaws.com CreateSecret',
    'kms.amazonaws.com Decrypt',
    'secretsmanager.amazonaws.com GetSecretValue',
  ])
  const limit = 1000
  const under = (name: string) => [`${name}secretsmanager/`, `${name}secretsmanager/~`] as [Key, Key]
  const keys = await harness.store.transaction((tx) => tx.keys(...under(markPrefix), { limit }))
  const rows = await harness.store.transaction((tx) => tx.range(...under(''), { limit }))
  expect(keys.length).toBeGreaterThan(1)
  expect(rows.length).toBeGreaterThan(2)
  expect(JSON.stringify(keys)).not.toContain(canary)
  expect(JSON.stringify(rows)).not.toContain(canary)
  expect(JSON.stringify(rows)).not.toContain(Buffer.from(canary).toString('base64'))
  await harness.close()
})
