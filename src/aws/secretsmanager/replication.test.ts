import { expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'

const eu = 'eu-west-1'
const add = (region: string, more: object = {}) => ({ AddReplicaRegions: [{ Region: region, ...more }] })
const readOnly =
  "InvalidParameterException: Operation not permitted on a replica secret. Call must be made in primary secret's region."

async function withEurope() {
  const open = await openSecretsManager()
  return { ...open, there: open.as(open.harness.root(), eu) }
}

async function close({ harness }: Pick<SecretsManager, 'harness'>): Promise<void> {
  expect(harness.failures).toEqual([])
  await harness.close()
}

const inSync = {
  Region: eu,
  KmsKeyId: 'alias/aws/secretsmanager',
  Status: 'InSync',
  StatusMessage: 'Replication succeeded',
}

test('a secret is made with a replica, which follows every change', async () => {
  const open = await withEurope()
  const { sm, there } = open
  const Tags = [{ Key: 'k', Value: 'v' }]
  const made = await sm('CreateSecret', { Name: 's', SecretString: 'v1', Description: 'd', Tags, ...add(eu) })
  expect(made.ReplicationStatus).toEqual([inSync])
  const arn = made.ARN.replace('us-east-1', eu)
  expect(await there('GetSecretValue', { SecretId: arn })).toMatchObject({
    ARN: arn,
    SecretString: 'v1',
    VersionId: made.VersionId,
    VersionStages: ['AWSCURRENT'],
  })
  expect(await there('DescribeSecret', { SecretId: 's' })).toMatchObject({
    PrimaryRegion: 'us-east-1',
    Description: 'd',
    Tags,
  })

  const { VersionId: second } = await sm('PutSecretValue', { SecretId: 's', SecretString: 'v2' })
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2', VersionId: second })
  expect(await there('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: 'v1',
  })
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'v3' })
  expect((await there('ListSecretVersionIds', { SecretId: 's', IncludeDeprecated: true })).Versions).toHaveLength(2)
  await sm('UpdateSecretVersionStage', { SecretId: 's', VersionStage: 'again', MoveToVersionId: made.VersionId })
  expect(await there('GetSecretValue', { SecretId: 's', VersionStage: 'again' })).toMatchObject({ SecretString: 'v1' })
  await sm('UntagResource', { SecretId: 's', TagKeys: ['k'] })
  expect(await there('DescribeSecret', { SecretId: 's' })).toMatchObject({ Tags: [] })

  const described = await sm('DescribeSecret', { SecretId: 's' })
  expect(described).toMatchObject({ PrimaryRegion: 'us-east-1', ReplicationStatus: [inSync] })
  await close(open)
})

test('a replica is read, not written, and goes only through its primary', async () => {
  const open = await withEurope()
  const { sm, there } = open
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: 'x', ...add(eu) })
  const calls: [string, object][] = [
    ['PutSecretValue', { SecretString: 'y' }],
    ['UpdateSecret', { Description: 'd' }],
    ['UpdateSecretVersionStage', { VersionStage: 'a' }],
    ['TagResource', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['UntagResource', { TagKeys: ['a'] }],
    ['PutResourcePolicy', { ResourcePolicy: '{}' }],
    ['DeleteResourcePolicy', {}],
    ['DeleteSecret', { ForceDeleteWithoutRecovery: true }],
    ['RestoreSecret', {}],
    ['RotateSecret', {}],
    ['CancelRotateSecret', {}],
    ['ReplicateSecretToRegions', add('ap-south-1')],
    ['RemoveRegionsFromReplication', { RemoveReplicaRegions: [eu] }],
  ]
  for (const [operation, more] of calls) {
    expect(await refusal(there(operation, { SecretId: 's', ...more })), operation).toBe(readOnly)
  }
  expect(await refusal(sm('DeleteSecret', { SecretId: 's' }))).toBe(
    `InvalidParameterException: You can't delete secret ${ARN} that still has replica regions [${eu}].`,
  )
  const removed = await sm('RemoveRegionsFromReplication', { SecretId: 's', RemoveReplicaRegions: [eu, 'xx-none-1'] })
  expect(removed).toEqual({ ARN, ReplicationStatus: [] })
  expect(await refusal(there('DescribeSecret', { SecretId: 's' }))).toMatch(/^ResourceNotFoundException/)
  expect(await sm('DescribeSecret', { SecretId: 's' })).not.toHaveProperty('PrimaryRegion')
  await sm('DeleteSecret', { SecretId: 's' })
  await close(open)
})

test('a promoted replica is a secret of its own', async () => {
  const open = await withEurope()
  const { sm, there } = open
  await sm('CreateSecret', { Name: 's', SecretString: 'x', ...add(eu) })
  expect(await refusal(sm('StopReplicationToReplica', { SecretId: 's' }))).toMatch(/^InvalidParameterException/)
  await there('StopReplicationToReplica', { SecretId: 's' })
  await there('PutSecretValue', { SecretId: 's', SecretString: 'theirs' })
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'ours' })
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'theirs' })
  expect(await there('DescribeSecret', { SecretId: 's' })).not.toHaveProperty('PrimaryRegion')
  expect(await sm('DescribeSecret', { SecretId: 's' })).not.toHaveProperty('ReplicationStatus')
  await sm('DeleteSecret', { SecretId: 's' })
  await close(open)
})

test('a name that is taken there fails the replica, unless it may be overwritten', async () => {
  const open = await withEurope()
  const { sm, there } = open
  await there('CreateSecret', { Name: 's', SecretString: 'theirs' })
  const made = await sm('CreateSecret', { Name: 's', SecretString: 'ours', ...add(eu) })
  const StatusMessage = `Replication failed: Secret name s already exists in region ${eu}.`
  expect(made.ReplicationStatus).toMatchObject([{ Status: 'Failed', StatusMessage }])
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'theirs' })
  const again = await sm('ReplicateSecretToRegions', { SecretId: 's', ForceOverwriteReplicaSecret: true, ...add(eu) })
  expect(again.ReplicationStatus).toEqual([inSync])
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'ours' })

  const asia = open.as(open.harness.root(), 'ap-south-1')
  await asia('CreateSecret', { Name: 's', SecretString: 'asia' })
  const stolen = await asia('ReplicateSecretToRegions', {
    SecretId: 's',
    ForceOverwriteReplicaSecret: true,
    ...add(eu),
  })
  expect(stolen.ReplicationStatus).toMatchObject([
    {
      Status: 'Failed',
      StatusMessage: `Replication failed: Secret name s is currently replicated to ${eu} with a different arn.`,
    },
  ])
  await close(open)
})

test('a replica whose key refuses fails, the primary does not, and the scheduler tries again', async () => {
  const open = await withEurope()
  const { sm, there, advance } = open
  const { KeyMetadata } = await open.kms('CreateKey', {}, eu)
  const KmsKeyId = (KeyMetadata as { Arn: string }).Arn
  await sm('CreateSecret', { Name: 's', SecretString: 'v1', ...add(eu, { KmsKeyId }) })
  await open.kms('DisableKey', { KeyId: KmsKeyId }, eu)
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'v2' })
  const status = async () => (await sm('DescribeSecret', { SecretId: 's' })).ReplicationStatus
  expect(await status()).toMatchObject([
    {
      Region: eu,
      KmsKeyId,
      Status: 'Failed',
      StatusMessage: expect.stringMatching(/^Replication failed: .*can't encrypt/),
    },
  ])
  expect(await sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2' })
  await open.harness.scheduler.runDue()
  await advance(70_000)
  expect(await status()).toMatchObject([{ Status: 'Failed' }])
  await open.kms('EnableKey', { KeyId: KmsKeyId }, eu)
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v1' })
  await advance(10 * 60_000)
  expect(await status()).toMatchObject([{ Status: 'InSync' }])
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2' })
  expect(await open.harness.scheduler.nextDue(open.harness.clock.now() + 2 * 24 * 60 * 60_000)).toBeUndefined()
  await close(open)
})

test('a retry is made under what its caller may do by then', async () => {
  const open = await withEurope()
  const { harness, sm, as, advance } = open
  const { KeyMetadata } = await open.kms('CreateKey', {}, eu)
  const KmsKeyId = (KeyMetadata as { Arn: string }).Arn
  await sm('CreateSecret', { Name: 's', SecretString: 'v1', ...add(eu, { KmsKeyId }) })
  const user = harness.user('u', [
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'secretsmanager:PutSecretValue', Resource: '*' },
        { Effect: 'Allow', Action: 'kms:*', Resource: 'arn:aws:kms:us-east-1:*:*' },
      ],
    },
  ])
  await as(user)('PutSecretValue', { SecretId: 's', SecretString: 'v2' })
  await advance(2 * 60 * 60_000)
  expect((await sm('DescribeSecret', { SecretId: 's' })).ReplicationStatus).toMatchObject([
    { Status: 'Failed', StatusMessage: 'Replication failed: Access to KMS is not allowed' },
  ])
  await sm('UpdateSecret', { SecretId: 's', Description: 'by somebody who may' })
  expect((await sm('DescribeSecret', { SecretId: 's' })).ReplicationStatus).toMatchObject([{ Status: 'InSync' }])
  await close(open)
})

test('a replica may have another key, told to its primary', async () => {
  const open = await withEurope()
  const { sm, there } = open
  await sm('CreateSecret', { Name: 's', SecretString: 'v1', ...add(eu) })
  const { KeyMetadata } = await open.kms('CreateKey', {}, eu)
  const KmsKeyId = (KeyMetadata as { Arn: string }).Arn
  await there('UpdateSecret', { SecretId: 's', KmsKeyId })
  expect(await sm('DescribeSecret', { SecretId: 's' })).toMatchObject({ ReplicationStatus: [{ ...inSync, KmsKeyId }] })
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'v2' })
  const { Versions } = await there('ListSecretVersionIds', { SecretId: 's' })
  expect(Versions).toMatchObject([{ KmsKeyIds: [KmsKeyId] }, { KmsKeyIds: [KmsKeyId] }])
  expect(await there('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: 'v2' })
  await close(open)
})

test('replicas with a new secret need the permission to make replicas', async () => {
  const open = await withEurope()
  const { harness, as } = open
  const may = (...Action: string[]) =>
    as(harness.user('u', [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }]))
  const input = { Name: 's', SecretString: 'x', ...add(eu) }
  const without = may('secretsmanager:CreateSecret', 'kms:*')
  expect(await refusal(without('CreateSecret', input))).toMatch(/^AccessDenied.*ReplicateSecretToRegions/)
  expect(await refusal(open.sm('DescribeSecret', { SecretId: 's' }))).toMatch(/^ResourceNotFound/)
  const within = may('secretsmanager:CreateSecret', 'secretsmanager:ReplicateSecretToRegions', 'kms:*')
  expect((await within('CreateSecret', input)).ReplicationStatus).toEqual([inSync])
  const events = await harness.events()
  expect(events.at(-2)).toMatchObject({ eventName: 'ReplicateSecret', awsRegion: eu })
  expect(JSON.stringify(events)).not.toContain('SecretString')
  await close(open)
})

test.each([['us-east-1'], ['cn-north-1']])('%s is no region for a replica', async (region) => {
  const open = await withEurope()
  expect(await refusal(open.sm('CreateSecret', { Name: 's', ...add(region) }))).toBe(
    'InvalidParameterException: Invalid replica region.',
  )
  await close(open)
})
