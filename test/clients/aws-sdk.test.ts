import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startDevProcess } from './server-process.ts'

let server: ServerProcess
let settings: {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  maxAttempts: number
}

beforeAll(async () => {
  server = await startDevProcess()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
})
afterAll(() => server.end())

test('the SDK for JavaScript keeps, changes, deletes and restores a secret', async () => {
  const client = new SecretsManagerClient(settings)
  const { ARN } = await client.send(new CreateSecretCommand({ Name: 'js/one', SecretString: 'first' }))
  await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretBinary: new Uint8Array([0, 255]) }))
  const current = await client.send(new GetSecretValueCommand({ SecretId: 'js/one' }))
  expect(current.SecretBinary).toEqual(new Uint8Array([0, 255]))
  expect(current.CreatedDate).toBeInstanceOf(Date)
  const previous = await client.send(new GetSecretValueCommand({ SecretId: 'js/one', VersionStage: 'AWSPREVIOUS' }))
  expect(previous.SecretString).toBe('first')
  await client.send(new DeleteSecretCommand({ SecretId: 'js/one', RecoveryWindowInDays: 7 }))
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'js/one' }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  })
  await client.send(new RestoreSecretCommand({ SecretId: 'js/one' }))
  expect((await client.send(new GetSecretValueCommand({ SecretId: 'js/one' }))).VersionId).toBe(current.VersionId)
})

test('the SDK pages and batches', async () => {
  const client = new SecretsManagerClient(settings)
  const names = Array.from({ length: 12 }, (_, index) => `js/page/${String(index).padStart(2, '0')}`)
  for (const Name of names) await client.send(new CreateSecretCommand({ Name, SecretString: Name }))
  const listed: (string | undefined)[] = []
  const filters = { Filters: [{ Key: 'name' as const, Values: ['js/page/'] }] }
  for await (const page of paginateListSecrets({ client, pageSize: 5 }, filters)) {
    listed.push(...(page.SecretList ?? []).map(({ Name }) => Name))
  }
  expect(listed).toEqual(names)
  const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [...names, 'js/page/none'] }))
  expect(batch.SecretValues?.map(({ SecretString }) => SecretString).sort()).toEqual(names)
  expect(batch.Errors).toMatchObject([{ SecretId: 'js/page/none', ErrorCode: 'ResourceNotFoundException' }])
})

test('a user of IAM may do what its policy says, with KMS behind', async () => {
  const iam = new IAMClient(settings)
  await iam.send(new CreateUserCommand({ UserName: 'js' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'js' }))
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId as string,
    secretAccessKey: AccessKey?.SecretAccessKey as string,
  }
  const kms = new KMSClient(settings)
  const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn as string
  const asUser = new KMSClient({ ...settings, credentials })
  const Plaintext = new TextEncoder().encode('hello')
  await expect(asUser.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: ['kms:Encrypt', 'kms:Decrypt'], Resource: KeyId },
  })
  await iam.send(new PutUserPolicyCommand({ UserName: 'js', PolicyName: 'kms', PolicyDocument }))
  const { CiphertextBlob } = await asUser.send(new EncryptCommand({ KeyId, Plaintext }))
  expect((await asUser.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toEqual(Plaintext)
  const identity = await new STSClient({ ...settings, credentials }).send(new GetCallerIdentityCommand({}))
  expect(identity.Arn).toBe('arn:aws:iam::000000000000:user/js')
})
