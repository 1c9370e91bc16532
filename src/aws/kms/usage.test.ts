import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Kms, openKms, secretOf } from './kms.test-support.ts'

let kms: Kms
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  kms = await openKms()
})
afterEach(async () => {
  vi.useRealTimers()
  await kms.close()
})

test('the last use is told with its audit record, now and when it has been stored', async () => {
  const KeyId = await kms.key()
  const created = (await kms.do('DescribeKey', { KeyId })).KeyMetadata?.CreationDate
  expect(await kms.do('GetKeyLastUsage', { KeyId })).toEqual({
    KeyId,
    KeyLastUsage: {},
    TrackingStartDate: created,
    KeyCreationDate: created,
  })
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  await kms.do('Decrypt', { CiphertextBlob })
  await expect(kms.do('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } })).rejects.toThrow()
  const decrypted = (await kms.events()).findLast((event) => event['eventName'] === 'Decrypt' && !event['errorCode'])
  const used = {
    Operation: 'Decrypt',
    CloudTrailEventId: decrypted?.['eventID'],
    KmsRequestId: decrypted?.['requestID'],
  }
  expect((await kms.do('GetKeyLastUsage', { KeyId })).KeyLastUsage).toMatchObject(used)
  await vi.advanceTimersByTimeAsync(61_000)
  vi.useRealTimers()
  expect((await kms.do('GetKeyLastUsage', { KeyId })).KeyLastUsage).toMatchObject(used)
})

test('a policy may keep keys from being disabled that are in use', async () => {
  const KeyId = await kms.key()
  const careful = kms.user('careful', [
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
        Resource: '*',
        Condition: { NumericGreaterThanEquals: { 'kms:TrailingDaysWithoutKeyUsage': '30' } },
      },
    },
  ])
  kms.clock.advanceTo(kms.clock.now() + 20 * 86_400_000)
  await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  kms.clock.advanceTo(kms.clock.now() + 20 * 86_400_000)
  for (const operation of ['DisableKey', 'ScheduleKeyDeletion'] as const) {
    await expect(kms.do(operation, { KeyId }, { as: careful })).rejects.toMatchObject({ code: 'AccessDeniedException' })
  }
  kms.clock.advanceTo(kms.clock.now() + 10 * 86_400_000)
  await kms.do('DisableKey', { KeyId }, { as: careful })
})
