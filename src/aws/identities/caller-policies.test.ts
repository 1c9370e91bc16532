import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, policyOf, trusting } from './directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

const denied = { code: 'AccessDenied' }

test('a user may do what its own, its attached and its groups’ policies allow', async () => {
  const { iam } = directory
  const caller = await directory.user('member', allowing('iam:GetUser'))
  await iam('GetUser', {}, caller)
  await expect(iam('ListUsers', {}, caller)).rejects.toMatchObject(denied)
  await iam('CreateGroup', { GroupName: 'Readers' })
  await iam('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'p', PolicyDocument: allowing('iam:ListUsers') })
  await iam('AddUserToGroup', { GroupName: 'Readers', UserName: 'member' })
  await iam('ListUsers', {}, caller)
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'lister', PolicyDocument: allowing('iam:ListRoles') })
  await expect(iam('ListRoles', {}, caller)).rejects.toMatchObject(denied)
  await iam('AttachUserPolicy', { UserName: 'member', PolicyArn: Policy.Arn })
  await iam('ListRoles', {}, caller)
  await iam('AttachGroupPolicy', { GroupName: 'Readers', PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' })
  await iam('ListPolicies', {}, caller)
  await iam('RemoveUserFromGroup', { GroupName: 'Readers', UserName: 'member' })
  await expect(iam('ListUsers', {}, caller)).rejects.toMatchObject(denied)
})

test('the default version of a managed policy counts', async () => {
  const { iam } = directory
  const caller = await directory.user('versions', allowing('iam:GetUser'))
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'changing', PolicyDocument: allowing('iam:ListRoles') })
  await iam('AttachUserPolicy', { UserName: 'versions', PolicyArn: Policy.Arn })
  const PolicyDocument = allowing('iam:ListUsers')
  const { PolicyVersion } = await iam('CreatePolicyVersion', { PolicyArn: Policy.Arn, PolicyDocument })
  await expect(iam('ListUsers', {}, caller)).rejects.toMatchObject(denied)
  await iam('SetDefaultPolicyVersion', { PolicyArn: Policy.Arn, VersionId: PolicyVersion.VersionId })
  await iam('ListUsers', {}, caller)
  await expect(iam('ListRoles', {}, caller)).rejects.toMatchObject(denied)
})

test('a boundary limits what policies allow', async () => {
  const { iam } = directory
  const caller = await directory.user('bounded')
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'limit', PolicyDocument: allowing('iam:ListUsers') })
  await iam('PutUserPermissionsBoundary', { UserName: 'bounded', PermissionsBoundary: Policy.Arn })
  await iam('ListUsers', {}, caller)
  await expect(iam('ListRoles', {}, caller)).rejects.toMatchObject({
    code: 'AccessDenied',
    text: `User: arn:aws:iam::${account}:user/bounded is not authorized to perform: iam:ListRoles because no permissions boundary allows the iam:ListRoles action`,
  })
  await expect(iam('DeletePolicy', { PolicyArn: Policy.Arn })).rejects.toMatchObject({
    code: 'DeleteConflictException',
  })
})

test('tags of the principal and of the resource decide', async () => {
  const { iam } = directory
  const document = policyOf({
    Effect: 'Allow',
    Action: 'iam:GetRole',
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}', 'iam:ResourceTag/stage': 'test' },
    },
  })
  const caller = await directory.user('tagged', document)
  await directory.role('theirs', trusting(caller.arn))
  await iam('TagUser', { UserName: 'tagged', Tags: [{ Key: 'Team', Value: 'blue' }] })
  const look = () => iam('GetRole', { RoleName: 'theirs' }, caller)
  await expect(look()).rejects.toMatchObject(denied)
  await iam('TagRole', { RoleName: 'theirs', Tags: [{ Key: 'team', Value: 'blue' }] })
  await expect(look()).rejects.toMatchObject(denied)
  await iam('TagRole', { RoleName: 'theirs', Tags: [{ Key: 'stage', Value: 'test' }] })
  await look()
  await iam('UntagUser', { UserName: 'tagged', TagKeys: ['team'] })
  await expect(look()).rejects.toMatchObject(denied)
})

test('tags of a session stand in place of the role’s', async () => {
  const caller = await directory.user('tagger')
  const action = ['sts:AssumeRole', 'sts:TagSession']
  const document = allowing('iam:ListUsers', '*', { StringEquals: { 'aws:PrincipalTag/team': 'red' } })
  const arn = await directory.role('session-tags', trusting(caller.arn, { action }), document)
  await directory.iam('TagRole', { RoleName: 'session-tags', Tags: [{ Key: 'TEAM', Value: 'blue' }] })
  const assume = async (Tags: { Key: string; Value: string }[]) => {
    const input = { RoleArn: arn, RoleSessionName: 'one', Tags }
    return directory.caller((await directory.sts('AssumeRole', input, caller)).Credentials)
  }
  await directory.iam('ListUsers', {}, await assume([{ Key: 'team', Value: 'red' }]))
  await expect(directory.iam('ListUsers', {}, await assume([]))).rejects.toMatchObject(denied)
})

test('the limits of what a caller may do to keys of the permissions themselves', async () => {
  const boundaryArn = `arn:aws:iam::${account}:policy/team-limit`
  await directory.iam('CreatePolicy', { PolicyName: 'team-limit', PolicyDocument: allowing('iam:ListUsers') })
  const condition = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn } }
  const caller = await directory.user('delegate', allowing(['iam:CreateUser', 'iam:AttachUserPolicy'], '*', condition))
  await expect(directory.iam('CreateUser', { UserName: 'free' }, caller)).rejects.toMatchObject(denied)
  await directory.iam('CreateUser', { UserName: 'limited', PermissionsBoundary: boundaryArn }, caller)
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await directory.iam('AttachUserPolicy', { UserName: 'limited', PolicyArn }, caller)
  await expect(directory.iam('AttachUserPolicy', { UserName: 'delegate', PolicyArn }, caller)).rejects.toMatchObject(
    denied,
  )
  const only = allowing('iam:AttachRolePolicy', '*', { ArnEquals: { 'iam:PolicyARN': PolicyArn } })
  const attacher = await directory.user('attacher', only)
  await directory.role('target', trusting(attacher.arn))
  await directory.iam('AttachRolePolicy', { RoleName: 'target', PolicyArn }, attacher)
  const other = { RoleName: 'target', PolicyArn: boundaryArn }
  await expect(directory.iam('AttachRolePolicy', other, attacher)).rejects.toMatchObject(denied)
})
