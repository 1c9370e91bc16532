import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Directory, openDirectory } from '../identities/directory.test-support.ts'
import { KeyUse } from './key-use.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('the last use of a key is written once a day for a service, and not for a key that is gone', async () => {
  const { store, clock } = directory.harness
  const uses = new KeyUse({ store, clock })
  const { accessKeyId } = await directory.user('user')
  const used = async () => (await directory.iam('GetAccessKeyLastUsed', { AccessKeyId: accessKeyId })).AccessKeyLastUsed
  const at = clock.now()
  expect(uses.note(accessKeyId, 'kms', 'eu-west-1')).toBe(true)
  expect(uses.note(accessKeyId, 'kms', 'us-east-1')).toBe(false)
  uses.note('AKIAAAAAAAAAAAAAAAAA', 'kms', 'eu-west-1')
  await uses.flush()
  const first = await used()
  expect(first).toMatchObject({ ServiceName: 'kms', Region: 'eu-west-1' })
  expect(first.LastUsedDate).toBeGreaterThanOrEqual(at)
  clock.advanceTo(at + 25 * 60 * 60 * 1000)
  expect(uses.note(accessKeyId, 'kms', 'us-east-1')).toBe(true)
  await uses.flush()
  expect(await used()).toMatchObject({ ServiceName: 'kms', Region: 'us-east-1' })
  await directory.iam('DeleteAccessKey', { UserName: 'user', AccessKeyId: accessKeyId })
  expect(uses.note(accessKeyId, 'ssm', 'us-east-1')).toBe(true)
  await uses.flush()
  await expect(used()).rejects.toMatchObject({ code: 'NoSuchEntityException' })
})
