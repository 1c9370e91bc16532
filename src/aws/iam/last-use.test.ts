import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Directory, openDirectory, trusting } from '../identities/directory.test-support.ts'
import { LastUses } from './last-use.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('the last use of a key is written once a day for a service, and not for a key that is gone', async () => {
  const { store, clock } = directory.harness
  const uses = new LastUses({ store, clock })
  const caller = await directory.user('user')
  const AccessKeyId = caller.accessKeyId
  const used = async () => (await directory.iam('GetAccessKeyLastUsed', { AccessKeyId })).AccessKeyLastUsed
  const at = clock.now()
  uses.note(caller, 'kms', 'eu-west-1')
  uses.note(caller, 'kms', 'us-east-1')
  uses.note({ ...caller, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }, 'kms', 'eu-west-1')
  await uses.flush()
  const first = await used()
  expect(first).toMatchObject({ ServiceName: 'kms', Region: 'eu-west-1' })
  expect(first.LastUsedDate).toBeGreaterThanOrEqual(at)
  clock.advanceTo(at + 25 * 60 * 60 * 1000)
  uses.note(caller, 'kms', 'us-east-1')
  await uses.flush()
  expect(await used()).toMatchObject({ ServiceName: 'kms', Region: 'us-east-1' })
  await directory.iam('DeleteAccessKey', { UserName: 'user', AccessKeyId })
  uses.note(caller, 'ssm', 'us-east-1')
  await uses.flush()
  await expect(used()).rejects.toMatchObject({ code: 'NoSuchEntityException' })
})

test('a session’s use is its role’s', async () => {
  const { store, clock } = directory.harness
  const uses = new LastUses({ store, clock })
  const caller = await directory.user('assumer')
  const RoleArn = await directory.role('used', trusting(caller.arn))
  const { Credentials } = await directory.sts('AssumeRole', { RoleArn, RoleSessionName: 'one' }, caller)
  const used = async () => (await directory.iam('GetRole', { RoleName: 'used' })).Role.RoleLastUsed
  expect(await used()).toEqual({})
  uses.note(await directory.caller(Credentials), 'kms', 'eu-west-1')
  await uses.flush()
  expect(await used()).toEqual({ LastUsedDate: expect.any(Number) as number, Region: 'eu-west-1' })
})
