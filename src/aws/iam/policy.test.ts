import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, policyOf } from '../identities/directory.test-support.ts'
import { awsManagedPolicies } from './aws-managed.ts'
import { defaultPolicy, documentSize } from './policy-document.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory({ quotas: { managedPoliciesPerAccount: 30 } })
})
afterAll(() => directory.harness.close())

const arnOf = (name: string, path = '/') => `arn:aws:iam::${account}:policy${path}${name}`
const PolicyDocument = allowing('iam:ListUsers')

test('a policy is shown without its document, its description with GetPolicy only', async () => {
  const { iam } = directory
  const made = await iam('CreatePolicy', { PolicyName: 'One', Path: '/p/', PolicyDocument, Description: 'first' })
  expect(made.Policy).toEqual({
    PolicyName: 'One',
    PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/) as string,
    Arn: arnOf('One', '/p/'),
    Path: '/p/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: made.Policy.CreateDate,
    UpdateDate: made.Policy.CreateDate,
  })
  const shown = await iam('GetPolicy', { PolicyArn: made.Policy.Arn })
  expect(shown.Policy).toEqual({ ...made.Policy, Description: 'first', Tags: [] })
  expect((await iam('ListPolicies', { PathPrefix: '/p/' })).Policies).toEqual([made.Policy])
  await expect(iam('CreatePolicy', { PolicyName: 'ONE', PolicyDocument })).rejects.toMatchObject({
    code: 'EntityAlreadyExistsException',
    text: 'A policy called ONE already exists. Duplicate names are not allowed.',
  })
  for (const PolicyArn of [arnOf('One'), arnOf('one', '/p/'), 'arn:aws:iam::222222222222:policy/p/One']) {
    await expect(iam('GetPolicy', { PolicyArn })).rejects.toMatchObject({
      code: 'NoSuchEntityException',
      text: `Policy ${PolicyArn} was not found.`,
    })
  }
})

test('documents come back as they were given, percent-encoded', async () => {
  const { iam } = directory
  const document = `{ "Version": "2012-10-17",\n "Statement": {"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a%3Ab/(é)"}}`
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'text', PolicyDocument: document })
  const { PolicyVersion } = await iam('GetPolicyVersion', { PolicyArn: Policy.Arn, VersionId: 'v1' })
  expect(decodeURIComponent(PolicyVersion.Document)).toBe(document)
  expect(PolicyVersion.Document).toMatch(/^[A-Za-z0-9%._~-]+$/)
})

test('five versions, one of them the default', async () => {
  const { iam } = directory
  const PolicyArn = (await iam('CreatePolicy', { PolicyName: 'versions', PolicyDocument })).Policy.Arn
  const add = () => iam('CreatePolicyVersion', { PolicyArn, PolicyDocument })
  for (const id of ['v2', 'v3', 'v4', 'v5']) expect((await add()).PolicyVersion).toMatchObject({ VersionId: id })
  await expect(add()).rejects.toMatchObject({ code: 'LimitExceededException' })
  await iam('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v3' })
  await expect(iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v3' })).rejects.toMatchObject({
    code: 'DeleteConflictException',
    text: 'Cannot delete the default version of a policy.',
  })
  await iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v5' })
  expect((await add()).PolicyVersion).toMatchObject({ VersionId: 'v6', IsDefaultVersion: false })
  const { Versions, IsTruncated, Marker } = await iam('ListPolicyVersions', { PolicyArn, MaxItems: 3 })
  expect(Versions.map(({ VersionId }) => VersionId)).toEqual(['v6', 'v4', 'v3'])
  expect(IsTruncated).toBe(true)
  const rest = await iam('ListPolicyVersions', { PolicyArn, MaxItems: 3, Marker })
  expect(rest.Versions.map(({ VersionId }) => VersionId)).toEqual(['v2', 'v1'])
  await expect(iam('DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflictException' })
  await expect(iam('GetPolicyVersion', { PolicyArn, VersionId: 'v5' })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: `Policy ${PolicyArn} version v5 does not exist or is not attachable.`,
  })
})

test('a policy in use stays', async () => {
  const { iam } = directory
  const PolicyArn = (await iam('CreatePolicy', { PolicyName: 'used', PolicyDocument })).Policy.Arn
  await iam('CreateUser', { UserName: 'user' })
  await iam('AttachUserPolicy', { UserName: 'user', PolicyArn })
  expect((await iam('GetPolicy', { PolicyArn })).Policy.AttachmentCount).toBe(1)
  await expect(iam('DeletePolicy', { PolicyArn })).rejects.toMatchObject({
    code: 'DeleteConflictException',
    text: 'Cannot delete a policy attached to entities.',
  })
  expect((await iam('ListPolicies', { OnlyAttached: true })).Policies).toMatchObject([{ Arn: PolicyArn }])
  await iam('DetachUserPolicy', { UserName: 'user', PolicyArn })
  await expect(iam('DetachUserPolicy', { UserName: 'user', PolicyArn })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: `Policy ${PolicyArn} was not found.`,
  })
  expect((await iam('ListPolicies', { OnlyAttached: true })).Policies).toEqual([])
  await iam('DeletePolicy', { PolicyArn })
  await expect(iam('AttachUserPolicy', { UserName: 'user', PolicyArn })).rejects.toMatchObject({
    text: `Policy ${PolicyArn} does not exist or is not attachable.`,
  })
  await expect(iam('AttachUserPolicy', { UserName: 'user', PolicyArn: 'no-arn' })).rejects.toMatchObject({
    code: 'ValidationError',
    text: 'Invalid ARN:  Could not be parsed!',
  })
})

test('lists hold the account’s own policies, then those of AWS', async () => {
  const { iam } = directory
  const all: string[] = []
  let Marker: string | undefined
  for (let count = 0; count < 100; count++) {
    const page = await iam('ListPolicies', { MaxItems: 3, Marker })
    all.push(...page.Policies.map(({ Arn }) => Arn))
    if (!page.IsTruncated) break
    Marker = page.Marker
  }
  const own = (await iam('ListPolicies', { Scope: 'Local' })).Policies.map(({ Arn }) => Arn)
  const aws = (await iam('ListPolicies', { Scope: 'AWS' })).Policies.map(({ Arn }) => Arn)
  expect(own.every((arn) => arn.startsWith(`arn:aws:iam::${account}:`))).toBe(true)
  expect(aws).toContain('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole')
  expect(all).toEqual([...own, ...aws])
})

test('policies of AWS are read, not changed', async () => {
  const { iam } = directory
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  const { PolicyVersion } = await iam('GetPolicyVersion', { PolicyArn, VersionId: 'v1' })
  expect(JSON.parse(decodeURIComponent(PolicyVersion.Document))).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  })
  await expect(iam('DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'AccessDenied' })
  await expect(iam('CreatePolicyVersion', { PolicyArn, PolicyDocument })).rejects.toMatchObject({
    code: 'AccessDenied',
  })
  await expect(iam('TagPolicy', { PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toMatchObject({
    code: 'AccessDenied',
  })
})

test.each(['aws', 'aws-cn', 'aws-us-gov'])(
  'the policies of AWS in %s are valid, and their ARNs of that partition',
  (partition) => {
    const found = awsManagedPolicies(partition)
    expect(found.length).toBeGreaterThan(8)
    for (const policy of found) {
      expect(defaultPolicy(policy).statements.length).toBeGreaterThan(0)
      expect(documentSize(defaultPolicy(policy).document)).toBeLessThanOrEqual(6144)
      expect(policy.arn.startsWith(`arn:${partition}:iam::aws:policy/`)).toBe(true)
      if (partition !== 'aws') expect(defaultPolicy(policy).document).not.toContain('arn:aws:')
    }
  },
)

test.each([
  ['not a policy', 'Syntax errors in policy.'],
  [JSON.stringify({ Version: '2008-10-17', Statement: [] }), 'Syntax errors in policy.'],
  [
    JSON.stringify({ Version: '2008-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
    'Policy document must be version 2012-10-17 or greater.',
  ],
  [
    policyOf({ Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' }),
    'Policy document should not specify a principal.',
  ],
  [
    policyOf({ Effect: 'Allow', Action: 'list', Resource: '*' }),
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ],
])('%s is malformed', async (document, text) => {
  const made = directory.iam('CreatePolicy', { PolicyName: 'malformed', PolicyDocument: document })
  await expect(made).rejects.toMatchObject({ code: 'MalformedPolicyDocumentException', text })
})

test('white space does not count against the size of a policy', async () => {
  const { iam } = directory
  const actions = Array.from({ length: 300 }, (_, index) => `iam:Action${index}`)
  const document = JSON.stringify(
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } },
    undefined,
    10,
  )
  expect(document.length).toBeGreaterThan(6144)
  await iam('CreatePolicy', { PolicyName: 'spacious', PolicyDocument: document })
  const long = allowing([...actions, ...actions.map((action) => `${action}More`)])
  await expect(iam('CreatePolicy', { PolicyName: 'long', PolicyDocument: long })).rejects.toMatchObject({
    code: 'LimitExceededException',
    text: 'Cannot exceed quota for PolicySize: 6144',
  })
  await iam('CreateUser', { UserName: 'inline' })
  const put = (PolicyName: string, count: number) =>
    iam('PutUserPolicy', { UserName: 'inline', PolicyName, PolicyDocument: allowing(actions.slice(0, count)) })
  await put('a', 60)
  await put('A', 61)
  await put('b', 50)
  expect((await iam('ListUserPolicies', { UserName: 'inline' })).PolicyNames).toEqual(['A', 'b'])
  await expect(put('c', 60)).rejects.toMatchObject({
    code: 'LimitExceededException',
    text: 'Maximum policy size of 2048 bytes exceeded for user inline',
  })
  await expect(iam('GetUserPolicy', { UserName: 'inline', PolicyName: 'c' })).rejects.toMatchObject({
    text: 'The user policy with name c cannot be found.',
  })
})
