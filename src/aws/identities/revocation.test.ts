import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, trusting } from './directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

async function userWithKey(name: string) {
  await directory.iam('CreateUser', { UserName: name })
  await directory.iam('PutUserPolicy', { UserName: name, PolicyName: 'all', PolicyDocument: allowing('*') })
  const { AccessKey } = await directory.iam('CreateAccessKey', { UserName: name })
  return { UserName: name, AccessKey, AccessKeyId: AccessKey.AccessKeyId }
}

test('a key that is switched off is refused at once, and works again when it is on', async () => {
  const { AccessKey, UserName, AccessKeyId } = await userWithKey('switch')
  expect(await directory.caller(AccessKey)).toMatchObject({ account, userName: 'switch', accessKeyId: AccessKeyId })
  await directory.iam('UpdateAccessKey', { UserName, AccessKeyId, Status: 'Inactive' })
  expect(await directory.credential(AccessKey)).toBe('inactive')
  await directory.iam('UpdateAccessKey', { UserName, AccessKeyId, Status: 'Active' })
  expect(await directory.caller(AccessKey)).toMatchObject({ userName: 'switch' })
})

test('a deleted key is unknown', async () => {
  const { AccessKey, UserName, AccessKeyId } = await userWithKey('deleted-key')
  await directory.iam('DeleteAccessKey', { UserName, AccessKeyId })
  expect(await directory.credential(AccessKey)).toBe('unknown')
})

test('a user who was deleted after its signature was checked may do nothing', async () => {
  const caller = await directory.user('vanished')
  await directory.iam('DeleteAccessKey', { UserName: 'vanished', AccessKeyId: caller.accessKeyId })
  await directory.iam('DeleteUserPolicy', { UserName: 'vanished', PolicyName: 'own' })
  await directory.iam('DeleteUser', { UserName: 'vanished' })
  await expect(directory.iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
  await directory.user('vanished')
  await expect(directory.iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
})

test('sessions of a user end with its key', async () => {
  const { AccessKey, UserName, AccessKeyId } = await userWithKey('session-owner')
  const caller = await directory.caller(AccessKey)
  const own = (await directory.sts('GetSessionToken', {}, caller)).Credentials
  const federated = (await directory.sts('GetFederationToken', { Name: 'guest' }, caller)).Credentials
  const arn = await directory.role('session-role', trusting(caller.arn))
  const role = (await directory.sts('AssumeRole', { RoleArn: arn, RoleSessionName: 'one' }, caller)).Credentials
  for (const keys of [own, federated, role]) expect(await directory.caller(keys)).toMatchObject({ account })
  await directory.iam('UpdateAccessKey', { UserName, AccessKeyId, Status: 'Inactive' })
  for (const keys of [own, federated, role]) expect(await directory.credential(keys)).toBe('invalid-token')
})

test('sessions of a role end with the role, and one made anew does not bring them back', async () => {
  const caller = await directory.user('assumer')
  const trust = trusting(caller.arn)
  const arn = await directory.role('short-lived', trust)
  const { Credentials } = await directory.sts('AssumeRole', { RoleArn: arn, RoleSessionName: 'one' }, caller)
  const session = await directory.caller(Credentials)
  await directory.iam('DeleteRole', { RoleName: 'short-lived' })
  expect(await directory.credential(Credentials)).toBe('invalid-token')
  await directory.role('short-lived', trust)
  expect(await directory.credential(Credentials)).toBe('invalid-token')
  await expect(directory.iam('ListUsers', {}, session)).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
})

test('permissions that are taken away are gone with the next request', async () => {
  const caller = await directory.user('demoted', allowing('iam:ListUsers'))
  await directory.iam('ListUsers', {}, caller)
  await directory.iam('DeleteUserPolicy', { UserName: 'demoted', PolicyName: 'own' })
  await expect(directory.iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('sessions end when their time is over, by the clock of the product', async () => {
  const caller = await directory.user('timed')
  const { Credentials } = await directory.sts('GetSessionToken', { DurationSeconds: 900 }, caller)
  expect(Credentials.Expiration % 1000).toBe(0)
  const { clock } = directory.harness
  clock.advanceTo(Credentials.Expiration - 30_000)
  expect(await directory.caller(Credentials)).toMatchObject({ userName: 'timed' })
  clock.advanceTo(Credentials.Expiration)
  expect(await directory.credential(Credentials)).toBe('expired-token')
})
