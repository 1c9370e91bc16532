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
