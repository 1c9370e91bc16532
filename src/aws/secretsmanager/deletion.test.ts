import { expect, test } from 'vitest'
import { openSecretsManager, refusal } from '../../../test/secrets-manager.ts'
import type { Key } from '../../store/key.ts'

const day = 24 * 60 * 60_000
const marked =
  "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."

test('a secret in its recovery window can be described, restored, and nothing else', async () => {
  const { harness, sm, advance } = await openSecretsManager()
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  const { DeletionDate: at } = await sm('DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 })
  expect(at).toBeGreaterThan(harness.clock.now() + 6 * day)
  const calls: [string, object][] = [
    ['GetSecretValue', {}],
    ['PutSecretValue', { SecretString: 'y' }],
    ['UpdateSecret', { Description: 'd' }],
    ['TagResource', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['UntagResource', { TagKeys: ['a'] }],
    ['GetResourcePolicy', {}],
    ['DeleteResourcePolicy', {}],
    ['RotateSecret', {}],
    ['DeleteSecret', {}],
  ]
  for (const [operation, more] of calls) expect(await refusal(sm(operation, { SecretId: 's', ...more }))).toBe(marked)
  expect(await refusal(sm('CreateSecret', { Name: 's', SecretString: 'x' }))).toBe(
    "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.",
  )
  expect(await sm('DescribeSecret', { SecretId: 's' })).toMatchObject({ DeletedDate: at })
  expect((await sm('ListSecrets', {})).SecretList).toEqual([])
  expect((await sm('ListSecrets', { IncludePlannedDeletion: true })).SecretList).toHaveLength(1)

  expect(await sm('RestoreSecret', { SecretId: 's' })).toEqual({ ARN, Name: 's' })
  await advance(8 * day)
  expect(await sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ ARN, SecretString: 'x' })
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('at the end of its window a secret is gone, with its versions', async () => {
  const { harness, sm, advance } = await openSecretsManager()
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  await sm('DeleteSecret', { SecretId: 's' })
  await advance(29 * day)
  expect(await sm('DescribeSecret', { SecretId: 's' })).toMatchObject({ ARN })
  await advance(2 * day)
  expect(await refusal(sm('DescribeSecret', { SecretId: 's' }))).toMatch(/^ResourceNotFoundException/)
  expect((await sm('ListSecrets', { IncludePlannedDeletion: true })).SecretList).toEqual([])
  const left = await harness.store.transaction((tx) =>
    tx.range('secretsmanager/version' as Key, 'secretsmanager/w' as Key, { limit: 10 }),
  )
  expect(left).toEqual([])
  const again = await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  expect(again.ARN).not.toBe(ARN)
  await harness.close()
})

test('without recovery the name is free at once, and the old ARN finds nothing', async () => {
  const { harness, sm } = await openSecretsManager()
  const { ARN: old } = await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  await sm('DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 })
  await sm('DeleteSecret', { SecretId: 's', ForceDeleteWithoutRecovery: true })
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: 'y' })
  expect(await refusal(sm('GetSecretValue', { SecretId: old }))).toMatch(/^ResourceNotFoundException/)
  expect(await sm('GetSecretValue', { SecretId: ARN })).toMatchObject({ SecretString: 'y' })
  await harness.close()
})

test('what never was is deleted without recovery, but not with it', async () => {
  const { harness, sm } = await openSecretsManager()
  expect(await sm('DeleteSecret', { SecretId: 'no', ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: 'no' })
  expect(await refusal(sm('DeleteSecret', { SecretId: 'no' }))).toMatch(/^ResourceNotFoundException/)
  const nobody = harness.user('nobody', [])
  expect(
    await refusal(
      harness.call(nobody, 'secretsmanager', 'DeleteSecret', { SecretId: 'no', ForceDeleteWithoutRecovery: true }),
    ),
  ).toMatch(/^AccessDeniedException/)
  await harness.close()
})

test.each([
  [{ RecoveryWindowInDays: 6 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
  [{ RecoveryWindowInDays: 31 }, 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'],
  [
    { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
  ],
])('a window must be one: %o', async (window, text) => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's' })
  expect(await refusal(sm('DeleteSecret', { SecretId: 's', ...window }))).toBe(`InvalidParameterException: ${text}`)
  await harness.close()
})

const versionEvent = /^\w+SecretVersionDelete$/

test('the trail tells of each version that is to go, that stays after all, and that has gone', async () => {
  const { harness, sm, advance } = await openSecretsManager()
  const { ARN, VersionId: first } = await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  const { VersionId: second } = await sm('PutSecretValue', { SecretId: 's', SecretString: 'y' })
  const told = async () => {
    const events = await harness.events()
    return events
      .filter(({ eventName }) => versionEvent.test(String(eventName)))
      .map(({ eventName, additionalEventData: data }) => [eventName, (data as { VersionId: string }).VersionId])
  }
  const of = (name: string) => [first, second].toSorted().map((id) => [`${name}SecretVersionDelete`, id])
  await sm('DeleteSecret', { SecretId: 's' })
  expect(await told()).toEqual(of('Start'))
  await sm('RestoreSecret', { SecretId: 's' })
  await sm('RestoreSecret', { SecretId: 's' })
  const before = [...of('Start'), ...of('Cancel')]
  expect(await told()).toEqual(before)
  await sm('DeleteSecret', { SecretId: 's' })
  await advance(31 * day)
  before.push(...of('Start'), ...of('End'))
  expect(await told()).toEqual(before)

  const event = (await harness.events()).at(-1)
  expect(event).toMatchObject({
    eventType: 'AwsServiceEvent',
    eventSource: 'secretsmanager.amazonaws.com',
    readOnly: false,
    requestParameters: null,
    resources: [{ ARN, type: 'AWS::SecretsManager::Secret' }],
    userIdentity: { invokedBy: 'secretsmanager.amazonaws.com' },
  })
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('a deletion at once tells of versions that nobody was told of before, and of a secret without versions nothing', async () => {
  const { harness, sm } = await openSecretsManager()
  const names = async () =>
    (await harness.events()).map(({ eventName }) => String(eventName)).filter((name) => versionEvent.test(name))
  await sm('CreateSecret', { Name: 'empty' })
  await sm('DeleteSecret', { SecretId: 'empty', ForceDeleteWithoutRecovery: true })
  expect(await names()).toEqual([])
  await sm('CreateSecret', { Name: 'a', SecretString: 'x' })
  await sm('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true })
  expect(await names()).toEqual(['StartSecretVersionDelete', 'EndSecretVersionDelete'])
  await sm('CreateSecret', { Name: 'b', SecretString: 'x' })
  await sm('DeleteSecret', { SecretId: 'b' })
  await sm('DeleteSecret', { SecretId: 'b', ForceDeleteWithoutRecovery: true })
  expect((await names()).slice(2)).toEqual(['StartSecretVersionDelete', 'EndSecretVersionDelete'])
  await harness.close()
})
