import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  account,
  allowing,
  type Directory,
  openDirectory,
  policyOf,
  trusting,
} from '../identities/directory.test-support.ts'
import type { AssumeRoleRequest } from '../models/sts.ts'
import { createAccount, createRootAccessKey } from '../iam/accounts.ts'
import type { Caller } from '../call.ts'

let directory: Directory
let admin: Caller
beforeAll(async () => {
  directory = await openDirectory()
  await directory.harness.store.transaction((tx) => createAccount(tx, account, { now: 1 }))
  admin = await directory.user('admin')
})
afterAll(() => directory.harness.close())

type More = Omit<AssumeRoleRequest, 'RoleArn' | 'RoleSessionName'>
const assume = (RoleArn: string, as = admin, more: More = {}) =>
  directory.sts('AssumeRole', { RoleArn, RoleSessionName: 'session', ...more }, as)
const session = async (arn: string, as = admin, more: More = {}) =>
  directory.caller((await assume(arn, as, more)).Credentials)

const denied = (role: string, why: string) => ({
  code: 'AccessDenied',
  status: 403,
  text: `User: arn:aws:iam::${account}:user/admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/${role} because no ${why} allows the sts:AssumeRole action`,
})

test('the answer names the session, and carries what was asked for only', async () => {
  const arn = await directory.role('plain', trusting(account))
  const { Role } = await directory.iam('GetRole', { RoleName: 'plain' })
  const answer = await assume(arn)
  expect(answer.AssumedRoleUser).toEqual({
    Arn: `arn:aws:sts::${account}:assumed-role/plain/session`,
    AssumedRoleId: `${Role.RoleId}:session`,
  })
  expect(answer.PackedPolicySize).toBeUndefined()
  const caller = await directory.caller(answer.Credentials)
  expect(await directory.sts('GetCallerIdentity', {}, caller)).toEqual({
    UserId: `${Role.RoleId}:session`,
    Account: account,
    Arn: `arn:aws:sts::${account}:assumed-role/plain/session`,
  })
})

test('a role that trusts somebody else answers like one that is not there', async () => {
  const other = await directory.user('other')
  const arn = await directory.role('others', trusting(other.arn))
  await expect(assume(arn)).rejects.toMatchObject(denied('others', 'role trust policy'))
  await expect(assume(`${arn}x`)).rejects.toMatchObject(denied('othersx', 'role trust policy'))
  await expect(assume(arn.replace('role/others', 'role/OTHERS'))).rejects.toMatchObject(
    denied('OTHERS', 'role trust policy'),
  )
  await expect(assume(arn.replace('role/', 'role/path/'))).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('a role that trusts the account leaves it to the policies of the caller', async () => {
  const arn = await directory.role('account-wide', trusting(account))
  const nobody = await directory.user('nobody', allowing('iam:GetUser'))
  await expect(assume(arn, nobody)).rejects.toMatchObject({ code: 'AccessDenied' })
  const named = await directory.role('by-name', trusting(nobody.arn))
  await assume(named, nobody)
})

test('root may not assume roles', async () => {
  const arn = await directory.role('no-root', trusting(account))
  await expect(assume(arn, directory.root)).rejects.toMatchObject({
    code: 'AccessDenied',
    text: 'Roles may not be assumed by root accounts.',
  })
})

test('texts that are no ARN are refused before anything is looked at', async () => {
  for (const arn of ['nothing-valid-in-here', 'arn::b:::something/test-role', 'arn:a:a::aaaaaaaaaa:']) {
    await expect(assume(arn)).rejects.toMatchObject({ code: 'ValidationError', text: `${arn} is invalid`, status: 400 })
  }
})

test('a user made anew under a trusted name is not trusted', async () => {
  const first = await directory.user('reborn')
  const arn = await directory.role('trusts-reborn', trusting([first.arn, `arn:aws:iam::${account}:root`]))
  await session(arn, first)
  await directory.iam('DeleteAccessKey', { UserName: 'reborn', AccessKeyId: first.accessKeyId })
  await directory.iam('DeleteUserPolicy', { UserName: 'reborn', PolicyName: 'own' })
  await directory.iam('DeleteUser', { UserName: 'reborn' })
  const second = await directory.user('reborn', allowing('iam:GetUser'))
  await expect(assume(arn, second)).rejects.toMatchObject({ code: 'AccessDenied' })
  const { Role } = await directory.iam('GetRole', { RoleName: 'trusts-reborn' })
  expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toContain(`"${first.id}"`)
  expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).not.toContain('user/reborn')
})

test('the external id must be the one that the trust policy says', async () => {
  const condition = { StringEquals: { 'sts:ExternalId': 'secret-handshake' } }
  const arn = await directory.role('external', trusting(account, { condition }))
  await expect(assume(arn)).rejects.toMatchObject({ code: 'AccessDenied' })
  await expect(assume(arn, admin, { ExternalId: 'other' })).rejects.toMatchObject({ code: 'AccessDenied' })
  await assume(arn, admin, { ExternalId: 'secret-handshake' })
})

test('sessions last no longer than the role allows, chained ones no longer than an hour', async () => {
  const arn = await directory.role('lasting', trusting(account), allowing('*'))
  await expect(assume(arn, admin, { DurationSeconds: 3601 })).rejects.toMatchObject({
    code: 'ValidationError',
    text: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  })
  await directory.iam('UpdateRole', { RoleName: 'lasting', MaxSessionDuration: 7200 })
  const { Credentials } = await assume(arn, admin, { DurationSeconds: 7200 })
  const left = Credentials.Expiration - directory.harness.clock.now()
  expect(left).toBeGreaterThan(7_190_000)
  expect(left).toBeLessThanOrEqual(7_200_000)
  const chained = await directory.caller(Credentials)
  await expect(assume(arn, chained, { DurationSeconds: 3601 })).rejects.toMatchObject({
    code: 'ValidationError',
    text: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  })
  await assume(arn, chained, { DurationSeconds: 3600 })
})

test('session policies cut what the role may do, and give nothing', async () => {
  const arn = await directory.role('cut', trusting(account), allowing(['iam:ListUsers', 'iam:ListRoles']))
  const { iam } = directory
  const inline = await session(arn, admin, { Policy: allowing(['iam:ListUsers', 'iam:ListGroups']) })
  await iam('ListUsers', {}, inline)
  await expect(iam('ListRoles', {}, inline)).rejects.toMatchObject({
    text: `User: arn:aws:sts::${account}:assumed-role/cut/session is not authorized to perform: iam:ListRoles because no session policy allows the iam:ListRoles action`,
  })
  await expect(iam('ListGroups', {}, inline)).rejects.toMatchObject({ code: 'AccessDenied' })
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'roles-only', PolicyDocument: allowing('iam:ListRoles') })
  const managed = await session(arn, admin, { PolicyArns: [{ arn: Policy.Arn }] })
  await iam('ListRoles', {}, managed)
  await expect(iam('ListUsers', {}, managed)).rejects.toMatchObject({ code: 'AccessDenied' })
  await iam('DeletePolicy', { PolicyArn: Policy.Arn })
  const keys = await directory.credential({ AccessKeyId: managed.accessKeyId })
  expect(keys).toBe('invalid-token')
})

test('a managed session policy that is deleted allows nothing any more', async () => {
  const arn = await directory.role('cut-later', trusting(account), allowing('*'))
  const { iam } = directory
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'for-a-while', PolicyDocument: allowing('*') })
  const { Credentials } = await assume(arn, admin, { PolicyArns: [{ arn: Policy.Arn }] })
  await iam('ListUsers', {}, await directory.caller(Credentials))
  await iam('DeletePolicy', { PolicyArn: Policy.Arn })
  await expect(iam('ListUsers', {}, await directory.caller(Credentials))).rejects.toMatchObject({
    code: 'AccessDenied',
  })
})

test('faulty, unknown and too many session policies are refused', async () => {
  const arn = await directory.role('faulty', trusting(account))
  const attempt = (more: More) => assume(arn, admin, more)
  await expect(attempt({ Policy: '{}' })).rejects.toMatchObject({ code: 'MalformedPolicyDocumentException' })
  const unknown = `arn:aws:iam::${account}:policy/unknown`
  await expect(attempt({ PolicyArns: [{ arn: unknown }] })).rejects.toMatchObject({ code: 'ValidationError' })
  const known = { arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }
  await expect(attempt({ PolicyArns: Array(11).fill(known) })).rejects.toMatchObject({ code: 'ValidationError' })
  const { PackedPolicySize } = await attempt({ PolicyArns: [known] })
  expect(PackedPolicySize).toBeGreaterThan(0)
  expect(PackedPolicySize).toBeLessThan(20)
})

test('tags that do not pack are refused, and tags need their own permission', async () => {
  const arn = await directory.role('tags', trusting(account, { action: ['sts:AssumeRole', 'sts:TagSession'] }))
  const Tags = Array.from({ length: 50 }, (_, index) => ({
    Key: `key-${index}`,
    Value: randomBytes(120).toString('base64url'),
  }))
  await expect(assume(arn, admin, { Tags })).rejects.toMatchObject({ code: 'PackedPolicyTooLargeException' })
  const untagged = await directory.role('untagged', trusting(account))
  await expect(assume(untagged, admin, { Tags: Tags.slice(0, 1) })).rejects.toMatchObject({
    code: 'AccessDenied',
    text: expect.stringContaining('sts:TagSession') as string,
  })
})

test('transitive tags and the source identity go on through a chain', async () => {
  const action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
  const document = allowing('*')
  const one = await directory.role('chain-one', trusting(account, { action }), document)
  const condition = { StringEquals: { 'aws:PrincipalTag/team': 'blue', 'sts:SourceIdentity': 'ann' } }
  const two = await directory.role('chain-two', trusting(account, { action, condition }), document)
  const Tags = [
    { Key: 'Team', Value: 'blue' },
    { Key: 'stage', Value: 'test' },
  ]
  const first = await session(one, admin, { Tags, TransitiveTagKeys: ['team'], SourceIdentity: 'ann' })
  expect(first.session).toMatchObject({ tags: { Team: 'blue', stage: 'test' }, sourceIdentity: 'ann' })
  const second = await session(two, first)
  expect(second.session).toMatchObject({ tags: { Team: 'blue' }, transitiveTagKeys: ['Team'], sourceIdentity: 'ann' })
  expect(second.session?.tags).not.toHaveProperty('stage')
  await expect(assume(two, first, { SourceIdentity: 'eve' })).rejects.toMatchObject({ code: 'AccessDenied' })
  await expect(assume(two, first, { Tags: [{ Key: 'TEAM', Value: 'red' }] })).rejects.toMatchObject({
    code: 'InvalidParameterValue',
  })
  await expect(assume(two, admin)).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('another account needs both sides', async () => {
  const { store } = directory.harness
  const key = await store.transaction(async (tx) => {
    await createAccount(tx, '222222222222', { now: 1 })
    return createRootAccessKey(tx, '222222222222', 1)
  })
  const otherRoot = await directory.caller({ AccessKeyId: key.accessKeyId })
  const user = async (name: string, document: string) => {
    await directory.iam('CreateUser', { UserName: name }, otherRoot)
    const policy = { UserName: name, PolicyName: 'own', PolicyDocument: document }
    await directory.iam('PutUserPolicy', policy, otherRoot)
    return directory.caller((await directory.iam('CreateAccessKey', { UserName: name }, otherRoot)).AccessKey)
  }
  const arn = await directory.role('shared', trusting('222222222222'))
  const may = await user('may', allowing('sts:AssumeRole', arn))
  const mayNot = await user('may-not', allowing('iam:*'))
  const caller = await session(arn, may)
  expect(caller).toMatchObject({ account, arn: `arn:aws:sts::${account}:assumed-role/shared/session` })
  await expect(assume(arn, mayNot)).rejects.toMatchObject({ code: 'AccessDenied' })
  const closed = await directory.role('closed', trusting(account))
  await expect(assume(closed, await user('bold', allowing('*')))).rejects.toMatchObject({ code: 'AccessDenied' })
})

test('«revoke older sessions» works by the time of issue', async () => {
  const arn = await directory.role('revoked', trusting(account), allowing('iam:ListUsers'))
  const caller = await session(arn)
  await directory.iam('ListUsers', {}, caller)
  const { clock } = directory.harness
  clock.advanceTo(clock.now() + 5000)
  const PolicyDocument = policyOf({
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(clock.now()).toISOString() } },
  })
  await directory.iam('PutRolePolicy', { RoleName: 'revoked', PolicyName: 'AWSRevokeOlderSessions', PolicyDocument })
  await expect(directory.iam('ListUsers', {}, caller)).rejects.toMatchObject({ code: 'AccessDenied' })
  clock.advanceTo(clock.now() + 5000)
  await directory.iam('ListUsers', {}, await session(arn))
})

test('the audit trail has the key, not the token', async () => {
  const arn = await directory.role('audited', trusting(account))
  const { Credentials } = await assume(arn)
  const text = JSON.stringify(await directory.harness.events())
  expect(text).toContain(Credentials.AccessKeyId)
  expect(text).not.toContain(Credentials.SessionToken)
  expect(text).not.toContain((Credentials.SecretAccessKey as unknown as { reveal(): string }).reveal())
})

test('tags that pack well may be long, and work when they are opened', async () => {
  const arn = await directory.role('long-tags', trusting(account, { action: ['sts:AssumeRole', 'sts:TagSession'] }))
  const Tags = Array.from({ length: 50 }, (_, index) => ({
    Key: `${'𐐷'.repeat(60)}${index}`,
    Value: '𐐷'.repeat(128),
  }))
  const caller = await session(arn, admin, { Tags })
  expect(Object.keys(caller.session?.tags ?? {})).toHaveLength(50)
})
