import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, policyOf } from '../identities/directory.test-support.ts'
import { createAccount } from './accounts.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('an alias is one account’s only', async () => {
  const { iam, harness } = directory
  await harness.store.transaction((tx) => createAccount(tx, '222222222222', { now: 1 }))
  const other = harness.root('222222222222')
  await iam('CreateAccountAlias', { AccountAlias: 'first' })
  await iam('CreateAccountAlias', { AccountAlias: 'second' })
  expect(await iam('ListAccountAliases', {})).toEqual({ AccountAliases: ['second'], IsTruncated: false })
  await expect(iam('CreateAccountAlias', { AccountAlias: 'second' }, other)).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
    text: 'The account alias second already exists.',
  })
  await iam('CreateAccountAlias', { AccountAlias: 'first' }, other)
  await expect(iam('DeleteAccountAlias', { AccountAlias: 'first' })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
  await iam('DeleteAccountAlias', { AccountAlias: 'second' })
  expect((await iam('ListAccountAliases', {})).AccountAliases).toEqual([])
})

test('a password policy is kept', async () => {
  const { iam } = directory
  const missing = { text: `The Password Policy with domain name ${account} cannot be found.` }
  await expect(iam('GetAccountPasswordPolicy', {})).rejects.toMatchObject(missing)
  await iam('UpdateAccountPasswordPolicy', { MinimumPasswordLength: 14, MaxPasswordAge: 90 })
  expect((await iam('GetAccountPasswordPolicy', {})).PasswordPolicy).toEqual({
    MinimumPasswordLength: 14,
    RequireSymbols: false,
    RequireNumbers: false,
    RequireUppercaseCharacters: false,
    RequireLowercaseCharacters: false,
    AllowUsersToChangePassword: false,
    ExpirePasswords: true,
    MaxPasswordAge: 90,
  })
  await iam('DeleteAccountPasswordPolicy', {})
  await expect(iam('DeleteAccountPasswordPolicy', {})).rejects.toMatchObject(missing)
})

test('the summary counts what there is, and the details show it', async () => {
  const own = await openDirectory()
  const { iam } = own
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'p', PolicyDocument: allowing('kms:*') })
  await own.user('Ann')
  await iam('CreateGroup', { GroupName: 'g' })
  await iam('AddUserToGroup', { GroupName: 'g', UserName: 'Ann' })
  const trust = policyOf({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })
  await own.role('r', trust)
  await iam('AttachRolePolicy', { RoleName: 'r', PolicyArn: Policy.Arn })
  await iam('CreateInstanceProfile', { InstanceProfileName: 'i' })
  await iam('AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' })
  const { SummaryMap } = await iam('GetAccountSummary', {})
  expect(SummaryMap).toMatchObject({
    Users: 1,
    Groups: 1,
    Roles: 1,
    Policies: 1,
    InstanceProfiles: 1,
    UsersQuota: 5000,
  })
  const Filter = ['User', 'Group', 'Role', 'LocalManagedPolicy'] as const
  const whole = await iam('GetAccountAuthorizationDetails', { Filter })
  expect(whole).toMatchObject({
    UserDetailList: [{ UserName: 'Ann', GroupList: ['g'], UserPolicyList: [{ PolicyName: 'own' }] }],
    GroupDetailList: [{ GroupName: 'g' }],
    RoleDetailList: [
      {
        RoleName: 'r',
        AttachedManagedPolicies: [{ PolicyArn: Policy.Arn }],
        InstanceProfileList: [{ InstanceProfileName: 'i' }],
      },
    ],
    Policies: [
      { PolicyName: 'p', AttachmentCount: 1, PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true }] },
    ],
    IsTruncated: false,
  })
  const names: string[] = []
  let Marker: string | undefined
  for (let count = 0; count < 20; count++) {
    const page = await iam('GetAccountAuthorizationDetails', { MaxItems: 1, Marker })
    names.push(
      ...page.UserDetailList.map(({ UserName }) => UserName),
      ...page.GroupDetailList.map(({ GroupName }) => GroupName),
      ...page.RoleDetailList.map(({ RoleName }) => RoleName),
      ...page.Policies.map(({ PolicyName }) => PolicyName),
    )
    if (!page.IsTruncated) break
    Marker = page.Marker
  }
  expect(names.slice(0, 4)).toEqual(['Ann', 'g', 'r', 'p'])
  expect(names).toContain('ReadOnlyAccess')
  expect(new Set(names).size).toBe(names.length)
  await own.harness.close()
})

test('who uses a policy is listed by kind, use and path', async () => {
  const own = await openDirectory()
  const { iam } = own
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam('CreateUser', { UserName: 'Ann', Path: '/a/', PermissionsBoundary: PolicyArn })
  await iam('CreateUser', { UserName: 'bob' })
  await iam('CreateGroup', { GroupName: 'g' })
  for (const UserName of ['Ann', 'bob']) await iam('AttachUserPolicy', { UserName, PolicyArn })
  await iam('AttachGroupPolicy', { GroupName: 'g', PolicyArn })
  const list = async (more: object) => {
    const { PolicyUsers, PolicyGroups } = await iam('ListEntitiesForPolicy', { PolicyArn, ...more })
    return [...PolicyUsers.map(({ UserName }) => UserName), ...PolicyGroups.map(({ GroupName }) => GroupName)]
  }
  expect(await list({})).toEqual(['Ann', 'bob', 'g'])
  expect(await list({ EntityFilter: 'Group' })).toEqual(['g'])
  expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual(['Ann'])
  expect(await list({ PathPrefix: '/a/' })).toEqual(['Ann'])
  await iam('UpdateUser', { UserName: 'bob', NewUserName: 'Robert' })
  expect(await list({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual(['Ann', 'Robert', 'g'])
  await own.harness.close()
})

test('an instance profile holds one role, which stays while it is held', async () => {
  const { iam } = directory
  const trust = policyOf({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })
  for (const name of ['held', 'more']) await directory.role(name, trust)
  const InstanceProfileName = 'Profile'
  const made = await iam('CreateInstanceProfile', { InstanceProfileName, Tags: [{ Key: 'a', Value: 'b' }] })
  expect(made.InstanceProfile).toMatchObject({
    Arn: `arn:aws:iam::${account}:instance-profile/Profile`,
    InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/) as string,
    Roles: [],
    Tags: [{ Key: 'a', Value: 'b' }],
  })
  await iam('AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'held' })
  await expect(iam('AddRoleToInstanceProfile', { InstanceProfileName, RoleName: 'more' })).rejects.toMatchObject({
    code: 'LimitExceededException',
    text: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  })
  expect((await iam('ListInstanceProfilesForRole', { RoleName: 'held' })).InstanceProfiles).toMatchObject([
    { InstanceProfileName, Roles: [{ RoleName: 'held' }] },
  ])
  await expect(iam('DeleteRole', { RoleName: 'held' })).rejects.toMatchObject({ code: 'DeleteConflictException' })
  await expect(iam('DeleteInstanceProfile', { InstanceProfileName })).rejects.toMatchObject({
    text: 'Cannot delete entity, must remove roles from instance profile first.',
  })
  const caller = await directory.user('no-passer', allowing('iam:AddRoleToInstanceProfile'))
  const input = { InstanceProfileName, RoleName: 'held' }
  await expect(iam('AddRoleToInstanceProfile', input, caller)).rejects.toMatchObject({
    text: expect.stringContaining('iam:PassRole') as string,
  })
  await iam('RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName: 'held' })
  await iam('DeleteRole', { RoleName: 'held' })
  await iam('DeleteInstanceProfile', { InstanceProfileName })
  await expect(iam('GetInstanceProfile', { InstanceProfileName })).rejects.toMatchObject({
    text: 'Instance Profile Profile cannot be found.',
  })
})

test('OpenID Connect providers', async () => {
  const { iam } = directory
  const made = await iam('CreateOpenIDConnectProvider', {
    Url: 'https://issuer.example/path',
    ClientIDList: ['one'],
    ThumbprintList: ['A'.repeat(40)],
  })
  const OpenIDConnectProviderArn = made.OpenIDConnectProviderArn
  expect(OpenIDConnectProviderArn).toBe(`arn:aws:iam::${account}:oidc-provider/issuer.example/path`)
  await iam('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID: 'two' })
  await iam('RemoveClientIDFromOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID: 'one' })
  await iam('TagOpenIDConnectProvider', { OpenIDConnectProviderArn, Tags: [{ Key: 'a', Value: 'b' }] })
  expect(await iam('GetOpenIDConnectProvider', { OpenIDConnectProviderArn })).toMatchObject({
    Url: 'issuer.example/path',
    ClientIDList: ['two'],
    ThumbprintList: ['a'.repeat(40)],
    Tags: [{ Key: 'a', Value: 'b' }],
  })
  expect((await iam('ListOpenIDConnectProviders', {})).OpenIDConnectProviderList).toEqual([
    { Arn: OpenIDConnectProviderArn },
  ])
  await expect(iam('CreateOpenIDConnectProvider', { Url: 'https://issuer.example/path/' })).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
  })
  for (const Url of [
    'http://issuer.example',
    'issuer.example',
    'https://',
    'https://a b',
    'https://a@b',
    'https://a/?b',
  ]) {
    await expect(iam('CreateOpenIDConnectProvider', { Url })).rejects.toMatchObject({ code: 'ValidationError' })
  }
  await iam('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn })
  await expect(iam('GetOpenIDConnectProvider', { OpenIDConnectProviderArn })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
  })
})
