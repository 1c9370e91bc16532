import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyTable, materialTable } from './records.ts'
import { type Kms, openKms, secretOf } from './kms.test-support.ts'

let kms: Kms
beforeEach(async () => {
  kms = await openKms()
})
afterEach(() => kms.close())

const account = '111111111111'
const day = 86_400_000

test('a disabled key is refused by the next request and works again when enabled', async () => {
  const KeyId = await kms.key()
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  await kms.do('DisableKey', { KeyId })
  const refused = { code: 'DisabledException', text: `arn:aws:kms:us-east-1:${account}:key/${KeyId} is disabled.` }
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject(refused)
  await expect(kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).rejects.toMatchObject(refused)
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' })
  await kms.do('EnableKey', { KeyId })
  await kms.do('Decrypt', { CiphertextBlob })
})

test('a key that waits for its deletion cannot be used or changed, and is disabled when that is cancelled', async () => {
  const KeyId = await kms.key()
  const answer = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  expect(answer).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 })
  expect((answer.DeletionDate as number) - kms.clock.now()).toBeLessThanOrEqual(7 * day)
  const { KeyMetadata } = await kms.do('DescribeKey', { KeyId })
  expect(KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'PendingDeletion', DeletionDate: answer.DeletionDate })
  const refused = {
    code: 'KMSInvalidStateException',
    text: `arn:aws:kms:us-east-1:${account}:key/${KeyId} is pending deletion.`,
  }
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })).rejects.toMatchObject(refused)
  await expect(kms.do('ScheduleKeyDeletion', { KeyId })).rejects.toMatchObject(refused)
  await expect(kms.do('EnableKey', { KeyId })).rejects.toMatchObject(refused)
  await expect(kms.do('CreateAlias', { AliasName: 'alias/late', TargetKeyId: KeyId })).rejects.toMatchObject(refused)
  await kms.do('CancelKeyDeletion', { KeyId })
  const cancelled = await kms.do('DescribeKey', { KeyId })
  expect(cancelled.KeyMetadata).toMatchObject({ KeyState: 'Disabled' })
  expect(cancelled.KeyMetadata?.DeletionDate).toBeUndefined()
  await expect(kms.do('CancelKeyDeletion', { KeyId })).rejects.toMatchObject({
    text: `arn:aws:kms:us-east-1:${account}:key/${KeyId} is not pending deletion.`,
  })
})

test('at its deletion date a key is gone, with its aliases and its material', async () => {
  const KeyId = await kms.key()
  await kms.do('CreateAlias', { AliasName: 'alias/doomed', TargetKeyId: KeyId })
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  const { DeletionDate } = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  kms.clock.advanceTo((DeletionDate as number) - 60_000)
  await kms.scheduler.runDue()
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.KeyState).toBe('PendingDeletion')
  kms.clock.advanceTo((DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  await expect(kms.do('DescribeKey', { KeyId })).rejects.toMatchObject({ code: 'NotFoundException' })
  await expect(kms.do('DescribeKey', { KeyId: 'alias/doomed' })).rejects.toMatchObject({ code: 'NotFoundException' })
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'InvalidCiphertextException' })
  const left = await kms.store.transaction((tx) => materialTable.range(tx, { limit: 10 }))
  expect(left).toEqual([])
})

test('a deletion that was cancelled or planned anew does not happen at its first date', async () => {
  const KeyId = await kms.key()
  const first = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  await kms.do('CancelKeyDeletion', { KeyId })
  await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 30 })
  kms.clock.advanceTo((first.DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.KeyState).toBe('PendingDeletion')
})

test('the key of a service is made when first asked for, once, and belongs to the service', async () => {
  const asked = await Promise.all([
    kms.do('DescribeKey', { KeyId: 'alias/aws/secretsmanager' }),
    kms.do('DescribeKey', { KeyId: 'alias/aws/secretsmanager' }),
  ])
  expect(asked[0].KeyMetadata?.KeyId).toBe(asked[1].KeyMetadata?.KeyId)
  expect(asked[0].KeyMetadata).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled' })
  const KeyId = asked[0].KeyMetadata?.KeyId as string
  await expect(kms.do('DescribeKey', { KeyId: 'alias/aws/nothing' })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
  const admin = kms.user('admin', [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }])
  for (const as of [kms.admin, admin]) {
    await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') }, { as })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    await expect(kms.do('ScheduleKeyDeletion', { KeyId }, { as })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
  }
  const stored = await kms.store.transaction((tx) => keyTable.range(tx, { limit: 10 }))
  expect(stored).toHaveLength(1)
})
