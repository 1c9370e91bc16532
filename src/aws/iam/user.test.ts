import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory } from '../identities/directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory({ quotas: { usersPerAccount: 40, accessKeysPerUser: 2, attachedPolicies: 2 } })
})
afterAll(() => directory.harness.close())

const notFound = (name: string) => ({
  code: 'NoSuchEntityException',
  text: `The user with name ${name} cannot be found.`,
})

test('a user is shown as it was made; tags and boundary never in lists', async () => {
  const { iam } = directory
  const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const Tags = [{ Key: 'env', Value: 'production' }]
  const made = await iam('CreateUser', { UserName: 'Ann', Path: '/team/', PermissionsBoundary: boundary, Tags })
  expect(made.User).toMatchObject({
    UserName: 'Ann',
    Path: '/team/',
    Arn: `arn:aws:iam::${account}:user/team/Ann`,
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/) as string,
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
    Tags,
  })
  expect((await iam('GetUser', { UserName: 'ann' })).User).toEqual(made.User)
  const { Users } = await iam('ListUsers', { PathPrefix: '/team/' })
  const { PermissionsBoundary: _boundary, Tags: _tags, ...listed } = made.User
  expect(Users).toEqual([listed])
  await iam('DeleteUserPermissionsBoundary', { UserName: 'Ann' })
  await iam('UntagUser', { UserName: 'Ann', TagKeys: ['ENV'] })
  expect((await iam('GetUser', { UserName: 'Ann' })).User).toEqual(listed)
  await expect(iam('DeleteUserPermissionsBoundary', { UserName: 'Ann' })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
})

test('names that differ in case only are one name', async () => {
  const { iam } = directory
  await iam('CreateUser', { UserName: 'Case' })
  await expect(iam('CreateUser', { UserName: 'cASE', Path: '/other/' })).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
    text: 'User with name cASE already exists.',
  })
})

test('unknown users are not found, whatever is asked of them', async () => {
  const { iam } = directory
  await expect(iam('GetUser', { UserName: 'ghost' })).rejects.toMatchObject(notFound('ghost'))
  await expect(iam('DeleteUser', { UserName: 'ghost' })).rejects.toMatchObject(notFound('ghost'))
  await expect(iam('CreateAccessKey', { UserName: 'ghost' })).rejects.toMatchObject(notFound('ghost'))
  await expect(
    iam('CreateUser', { UserName: 'x', PermissionsBoundary: 'arn:aws:iam::aws:policy/None' }),
  ).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: 'Scope ARN: arn:aws:iam::aws:policy/None does not exist or is not attachable.',
  })
  await expect(iam('GetUser', { UserName: 'x' })).rejects.toMatchObject(notFound('x'))
})

test('whoever may not look does not learn whether a user is there', async () => {
  const caller = await directory.user('blind', allowing('iam:ListUsers'))
  await expect(directory.iam('GetUser', { UserName: 'ghost' }, caller)).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('a user is deleted when it has nothing any more', async () => {
  const { iam } = directory
  const UserName = 'leaver'
  const caller = await directory.user(UserName)
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam('AttachUserPolicy', { UserName, PolicyArn })
  await iam('CreateGroup', { GroupName: 'leavers' })
  await iam('AddUserToGroup', { UserName, GroupName: 'leavers' })
  const remove = () => iam('DeleteUser', { UserName })
  const conflict = (text: string) => ({ code: 'DeleteConflictException', text })
  await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must remove users from group first.'))
  await expect(iam('DeleteGroup', { GroupName: 'leavers' })).rejects.toMatchObject({ code: 'DeleteConflictException' })
  await iam('RemoveUserFromGroup', { UserName, GroupName: 'leavers' })
  await iam('DeleteGroup', { GroupName: 'leavers' })
  await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must delete access keys first.'))
  await iam('DeleteAccessKey', { UserName, AccessKeyId: caller.accessKeyId })
  await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must detach all policies first.'))
  await iam('DetachUserPolicy', { UserName, PolicyArn })
  await expect(remove()).rejects.toMatchObject(conflict('Cannot delete entity, must delete policies first.'))
  await iam('DeleteUserPolicy', { UserName, PolicyName: 'own' })
  await remove()
  await expect(remove()).rejects.toMatchObject(notFound(UserName))
})

test('a renamed user keeps its id, its keys, its groups and its permissions', async () => {
  const { iam } = directory
  const caller = await directory.user('before')
  await iam('CreateGroup', { GroupName: 'keepers' })
  await iam('AddUserToGroup', { UserName: 'before', GroupName: 'keepers' })
  await iam('UpdateUser', { UserName: 'before', NewUserName: 'After', NewPath: '/moved/' })
  await expect(iam('GetUser', { UserName: 'before' })).rejects.toMatchObject(notFound('before'))
  const now = await directory.caller({ AccessKeyId: caller.accessKeyId })
  expect(now).toMatchObject({ id: caller.id, userName: 'After', arn: `arn:aws:iam::${account}:user/moved/After` })
  await iam('ListUsers', {}, now)
  expect((await iam('GetGroup', { GroupName: 'keepers' })).Users).toMatchObject([{ UserName: 'After' }])
  await directory.user('taken')
  await expect(iam('UpdateUser', { UserName: 'After', NewUserName: 'TAKEN' })).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
  })
  await iam('UpdateUser', { UserName: 'After', NewUserName: 'AFTER' })
  expect((await iam('GetUser', { UserName: 'after' })).User).toMatchObject({ UserName: 'AFTER', Path: '/moved/' })
})

test('an account has only so many users, a user only so many keys and policies', async () => {
  const small = await openDirectory({ quotas: { usersPerAccount: 1, accessKeysPerUser: 1, attachedPolicies: 1 } })
  const limit = (text: string) => ({ code: 'LimitExceededException', text })
  await small.user('only')
  await expect(small.iam('CreateUser', { UserName: 'more' })).rejects.toMatchObject(
    limit('Cannot exceed quota for UsersPerAccount: 1'),
  )
  await expect(small.iam('CreateAccessKey', { UserName: 'only' })).rejects.toMatchObject(
    limit('Cannot exceed quota for AccessKeysPerUser: 1'),
  )
  const attach = (name: string) =>
    small.iam('AttachUserPolicy', { UserName: 'only', PolicyArn: `arn:aws:iam::aws:policy/${name}` })
  await attach('ReadOnlyAccess')
  await attach('ReadOnlyAccess')
  await expect(attach('IAMFullAccess')).rejects.toMatchObject(limit('Cannot exceed quota for PoliciesPerUser: 1'))
  await small.harness.close()
})

test('lists come in pages that go on where the last one ended', async () => {
  const { iam } = directory
  const names = ['p1', 'p2', 'p3', 'p4', 'p5']
  for (const name of names) await iam('CreateUser', { UserName: name, Path: '/pages/' })
  const seen: string[] = []
  let Marker: string | undefined
  for (let count = 0; count < 10; count++) {
    const page = await iam('ListUsers', { PathPrefix: '/pages/', MaxItems: 2, Marker })
    seen.push(...page.Users.map(({ UserName }) => UserName))
    if (!page.IsTruncated) break
    Marker = page.Marker
    if (count === 0) {
      await iam('DeleteUser', { UserName: 'p2' })
      await iam('CreateUser', { UserName: 'p0', Path: '/pages/' })
    }
  }
  expect(seen).toEqual(names)
  const invalid = { code: 'ValidationError', text: 'Invalid Marker.' }
  await expect(iam('ListUsers', { Marker })).rejects.toMatchObject(invalid)
  await expect(iam('ListUsers', { PathPrefix: '/pages/', Marker: `${Marker}!` })).rejects.toMatchObject(invalid)
  await expect(iam('ListRoles', { PathPrefix: '/pages/', Marker })).rejects.toMatchObject(invalid)
})

test('who names nobody asks about itself', async () => {
  const { iam } = directory
  const caller = await directory.user('self')
  expect((await iam('GetUser', {}, caller)).User).toMatchObject({ UserName: 'self' })
  const { AccessKeyMetadata } = await iam('ListAccessKeys', {}, caller)
  expect(AccessKeyMetadata).toMatchObject([{ UserName: 'self', AccessKeyId: caller.accessKeyId }])
  const { AccessKey } = await iam('CreateAccessKey', {}, caller)
  expect(AccessKey.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
  await expect(
    iam('UpdateAccessKey', { UserName: 'self', AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA', Status: 'Inactive' }),
  ).rejects.toMatchObject({
    text: 'The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.',
  })
  const other = await directory.user('other-self')
  const theirs = { UserName: 'self', AccessKeyId: other.accessKeyId }
  await expect(iam('DeleteAccessKey', theirs)).rejects.toMatchObject({ code: 'NoSuchEntityException' })
  await expect(iam('GetAccessKeyLastUsed', { AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
  expect(await iam('GetAccessKeyLastUsed', { AccessKeyId: other.accessKeyId })).toEqual({
    UserName: 'other-self',
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  })
})
