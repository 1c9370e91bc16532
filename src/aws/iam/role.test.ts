import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, type Directory, openDirectory, policyOf, trusting } from '../identities/directory.test-support.ts'
import { createAccount } from './accounts.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
  await directory.harness.store.transaction((tx) => createAccount(tx, account, { now: 1 }))
})
afterAll(() => directory.harness.close())

const service = policyOf({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })

test('which members of a role each operation answers', async () => {
  const { iam } = directory
  const trust = trusting(account)
  const Tags = [{ Key: 'a', Value: 'b' }]
  const input = { RoleName: 'Whole', Path: '/r/', AssumeRolePolicyDocument: trust, Description: 'words', Tags }
  const { Role } = await iam('CreateRole', input)
  expect(Role).toEqual({
    RoleName: 'Whole',
    Path: '/r/',
    RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
    Arn: `arn:aws:iam::${account}:role/r/Whole`,
    CreateDate: Role.CreateDate,
    AssumeRolePolicyDocument: encodeURIComponent(trust).replace(/\*/g, '%2A'),
    Description: 'words',
    Tags,
  })
  expect((await iam('GetRole', { RoleName: 'whole' })).Role).toEqual({
    ...Role,
    MaxSessionDuration: 3600,
    RoleLastUsed: {},
  })
  const { Tags: _tags, ...listed } = Role
  expect((await iam('ListRoles', { PathPrefix: '/r/' })).Roles).toEqual([{ ...listed, MaxSessionDuration: 3600 }])
  const changed = await iam('UpdateRoleDescription', { RoleName: 'Whole', Description: 'others' })
  expect(changed.Role).toEqual({ ...Role, Description: 'others' })
  await expect(iam('CreateRole', { ...input, RoleName: 'WHOLE' })).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
    text: 'Role with name WHOLE already exists.',
  })
})

test('a trust policy comes back as it was given while those it names are there', async () => {
  const { iam } = directory
  const caller = await directory.user('trusted')
  const document = JSON.stringify(JSON.parse(trusting([caller.arn, account])), undefined, 4)
  await iam('CreateRole', { RoleName: 'as-given', AssumeRolePolicyDocument: document })
  const { Role } = await iam('GetRole', { RoleName: 'as-given' })
  expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(document)
  await iam('UpdateAssumeRolePolicy', { RoleName: 'as-given', PolicyDocument: service })
  expect(decodeURIComponent((await iam('GetRole', { RoleName: 'as-given' })).Role.AssumeRolePolicyDocument)).toBe(
    service,
  )
})

test.each([
  ['{"Version":"2012-10-17","Statement":[{},]}', 'This policy contains invalid Json'],
  [
    policyOf({ Effect: 'Allow', Principal: '*', Action: 'iam:ListUsers' }),
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    policyOf({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }),
    'Has prohibited field Resource',
  ],
  [policyOf({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'Missing required field Principal'],
  [
    trusting(`arn:aws:iam::${account}:user/nobody`),
    `Invalid principal in policy: "AWS":"arn:aws:iam::${account}:user/nobody"`,
  ],
  [trusting('999999999999'), 'Invalid principal in policy: "AWS":"999999999999"'],
  [trusting('AIDAAAAAAAAAAAAAAAAAA'), 'Invalid principal in policy: "AWS":"AIDAAAAAAAAAAAAAAAAAA"'],
])('the trust policy %s is malformed', async (AssumeRolePolicyDocument, text) => {
  await expect(directory.iam('CreateRole', { RoleName: 'malformed', AssumeRolePolicyDocument })).rejects.toMatchObject({
    code: 'MalformedPolicyDocumentException',
    text,
  })
})

test('a long trust policy is over the quota', async () => {
  const condition = {
    StringEquals: { 'sts:ExternalId': Array.from({ length: 200 }, (_, index) => `external-${index}`) },
  }
  const made = directory.iam('CreateRole', {
    RoleName: 'long',
    AssumeRolePolicyDocument: trusting(account, { condition }),
  })
  await expect(made).rejects.toMatchObject({ text: 'Cannot exceed quota for ACLSizePerRole: 2048' })
})

test('a role is deleted when it has no permissions any more', async () => {
  const { iam } = directory
  const RoleName = 'leaver'
  await directory.role(RoleName, service, policyOf({ Effect: 'Allow', Action: '*', Resource: '*' }))
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam('AttachRolePolicy', { RoleName, PolicyArn })
  expect((await iam('ListAttachedRolePolicies', { RoleName })).AttachedPolicies).toEqual([
    { PolicyName: 'ReadOnlyAccess', PolicyArn },
  ])
  await expect(iam('DeleteRole', { RoleName })).rejects.toMatchObject({
    code: 'DeleteConflictException',
    text: 'Cannot delete entity, must detach all policies first.',
  })
  await iam('DetachRolePolicy', { RoleName, PolicyArn })
  await expect(iam('DeleteRole', { RoleName })).rejects.toMatchObject({
    text: 'Cannot delete entity, must delete policies first.',
  })
  await iam('DeleteRolePolicy', { RoleName, PolicyName: 'own' })
  await iam('DeleteRole', { RoleName })
  await expect(iam('GetRole', { RoleName })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: 'The role with name leaver cannot be found.',
  })
})

test('tags: one key whatever its case, fifty at most, none of AWS’s', async () => {
  const { iam } = directory
  const RoleName = 'tagged'
  await directory.role(RoleName, service)
  const tag = (Key: string, Value = '') => ({ Key, Value })
  await iam('TagRole', { RoleName, Tags: [tag('Team', 'red'), tag('__proto__', 'x')] })
  await iam('TagRole', { RoleName, Tags: [tag('team', 'blue')] })
  const { Tags } = await iam('ListRoleTags', { RoleName })
  expect(Tags).toEqual([tag('__proto__', 'x'), tag('team', 'blue')])
  await expect(iam('TagRole', { RoleName, Tags: [tag('a'), tag('A')] })).rejects.toMatchObject({
    code: 'InvalidInputException',
    text: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  })
  await expect(iam('TagRole', { RoleName, Tags: [tag('aws:team')] })).rejects.toMatchObject({
    code: 'InvalidInputException',
  })
  const many = Array.from({ length: 49 }, (_, index) => tag(`key-${index}`))
  await expect(iam('TagRole', { RoleName, Tags: many })).rejects.toMatchObject({ code: 'LimitExceededException' })
})
