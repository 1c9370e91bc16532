import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../call.ts'
import { account, allowing, type Directory, openDirectory, trusting } from '../identities/directory.test-support.ts'
import { newAccessKeyId } from '../iam/unique-id.ts'

let directory: Directory
let ann: Caller
beforeAll(async () => {
  directory = await openDirectory()
  ann = await directory.user('ann', allowing(['iam:ListUsers', 'iam:ListRoles', 'sts:*']))
})
afterAll(() => directory.harness.close())

test('a session of a user is the user, but IAM takes it only with a second factor', async () => {
  const { Credentials } = await directory.sts('GetSessionToken', {}, ann)
  const caller = await directory.caller(Credentials)
  expect(await directory.sts('GetCallerIdentity', {}, caller)).toEqual({
    UserId: ann.id,
    Account: account,
    Arn: ann.arn,
  })
  expect(Credentials.Expiration - directory.harness.clock.now()).toBeGreaterThan(43_190_000)
  await expect(directory.iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
  await expect(directory.sts('GetSessionToken', {}, caller)).rejects.toMatchObject({
    code: 'AccessDenied',
    text: 'Cannot call GetSessionToken with session credentials',
  })
  const arn = await directory.role('for-ann', trusting(ann.arn))
  await directory.sts('AssumeRole', { RoleArn: arn, RoleSessionName: 'from-session' }, caller)
})

test('a federated user may do what both sides allow, and nothing without a policy', async () => {
  const Policy = allowing(['iam:ListUsers', 'iam:ListGroups', 'sts:GetAccessKeyInfo'])
  const answer = await directory.sts('GetFederationToken', { Name: 'guest', Policy }, ann)
  expect(answer.FederatedUser).toEqual({
    FederatedUserId: `${account}:guest`,
    Arn: `arn:aws:sts::${account}:federated-user/guest`,
  })
  const guest = await directory.caller(answer.Credentials)
  const AccessKeyId = guest.accessKeyId
  expect(await directory.sts('GetAccessKeyInfo', { AccessKeyId }, guest)).toEqual({ Account: account })
  const bare = await directory.sts('GetFederationToken', { Name: 'bare' }, ann)
  expect(bare.PackedPolicySize).toBe(0)
  const without = await directory.caller(bare.Credentials)
  await expect(directory.sts('GetAccessKeyInfo', { AccessKeyId }, without)).rejects.toMatchObject({
    code: 'AccessDenied',
  })
  await expect(directory.iam('ListUsers', {}, guest)).rejects.toMatchObject({ code: 'InvalidClientTokenId' })
})

test('a federated user assumes no role, whatever policies say', async () => {
  const RoleArn = await directory.role('lent', trusting(ann.arn))
  const answer = await directory.sts('GetFederationToken', { Name: 'guest', Policy: allowing('*') }, ann)
  const guest = await directory.caller(answer.Credentials)
  await directory.sts('AssumeRole', { RoleArn, RoleSessionName: 'one' }, ann)
  await expect(directory.sts('AssumeRole', { RoleArn, RoleSessionName: 'one' }, guest)).rejects.toMatchObject({
    code: 'AccessDenied',
    text: 'Cannot call AssumeRole with federation token credentials',
  })
})

test('root sessions last an hour at most', async () => {
  const { AccessKey } = await directory.iam('CreateAccessKey', {})
  const root = await directory.caller(AccessKey)
  const { Credentials } = await directory.sts('GetSessionToken', { DurationSeconds: 129_600 }, root)
  expect(Credentials.Expiration - directory.harness.clock.now()).toBeLessThanOrEqual(3_600_000)
  expect(await directory.caller(Credentials)).toMatchObject({ principal: { type: 'root' } })
  const federated = await directory.sts('GetFederationToken', { Name: 'of-root', Policy: allowing('sts:*') }, root)
  const guest = await directory.caller(federated.Credentials)
  await directory.sts('GetAccessKeyInfo', { AccessKeyId: AccessKey.AccessKeyId }, guest)
})

test('federation needs permission', async () => {
  const bob = await directory.user(
    'bob',
    allowing('sts:GetFederationToken', `arn:aws:sts::${account}:federated-user/b*`),
  )
  await directory.sts('GetFederationToken', { Name: 'bobs-guest' }, bob)
  await expect(directory.sts('GetFederationToken', { Name: 'other' }, bob)).rejects.toMatchObject({
    code: 'AccessDenied',
  })
})

test('a key id tells its account, whether it is in use or not', async () => {
  const info = (AccessKeyId: string) => directory.sts('GetAccessKeyInfo', { AccessKeyId }, ann)
  expect(await info(ann.accessKeyId)).toEqual({ Account: account })
  expect(await info(newAccessKeyId('ASIA', '000000000042'))).toEqual({ Account: '000000000042' })
  await expect(info('not-a-key-id-of-ours')).rejects.toMatchObject({ code: 'ValidationError' })
})
