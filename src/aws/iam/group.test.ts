import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory } from '../identities/directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('a renamed group keeps its users and their permissions', async () => {
  const { iam } = directory
  const { Group } = await iam('CreateGroup', { GroupName: 'Old', Path: '/g/' })
  expect(Group).toMatchObject({
    Arn: `arn:aws:iam::${account}:group/g/Old`,
    GroupId: expect.stringMatching(/^AGPA/) as string,
  })
  await iam('PutGroupPolicy', { GroupName: 'Old', PolicyName: 'p', PolicyDocument: allowing('iam:ListUsers') })
  const caller = await directory.user('member', allowing('iam:GetUser'))
  await iam('AddUserToGroup', { GroupName: 'Old', UserName: 'member' })
  await iam('AddUserToGroup', { GroupName: 'Old', UserName: 'member' })
  await iam('UpdateGroup', { GroupName: 'old', NewGroupName: 'New' })
  await iam('ListUsers', {}, caller)
  expect((await iam('ListGroupsForUser', { UserName: 'member' })).Groups).toEqual([
    { ...Group, GroupName: 'New', Arn: `arn:aws:iam::${account}:group/g/New` },
  ])
  expect((await iam('GetGroup', { GroupName: 'new' })).Users).toMatchObject([{ UserName: 'member' }])
  await expect(iam('GetGroup', { GroupName: 'Old' })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: 'The group with name Old cannot be found.',
  })
  await iam('RemoveUserFromGroup', { GroupName: 'New', UserName: 'member' })
  await expect(iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'AccessDenied' })
  await iam('DeleteGroupPolicy', { GroupName: 'New', PolicyName: 'p' })
  await iam('DeleteGroup', { GroupName: 'New' })
})

test('a user is in ten groups at most', async () => {
  const { iam } = directory
  await iam('CreateUser', { UserName: 'joiner' })
  for (let count = 0; count < 11; count++) await iam('CreateGroup', { GroupName: `g${count}` })
  for (let count = 0; count < 10; count++) await iam('AddUserToGroup', { GroupName: `g${count}`, UserName: 'joiner' })
  await expect(iam('AddUserToGroup', { GroupName: 'g10', UserName: 'joiner' })).rejects.toMatchObject({
    code: 'LimitExceededException',
    text: 'Cannot exceed quota for GroupsPerUser: 10',
  })
  await expect(iam('AddUserToGroup', { GroupName: 'g10', UserName: 'ghost' })).rejects.toMatchObject({
    text: 'The user with name ghost cannot be found.',
  })
})
