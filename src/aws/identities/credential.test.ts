import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount, createRootAccessKey } from '../iam/accounts.ts'
import { account, type Directory, openDirectory, trusting } from './directory.test-support.ts'

let directory: Directory
let dev: Directory
beforeAll(async () => {
  directory = await openDirectory()
  dev = await openDirectory({ dev: true })
})
afterAll(async () => {
  await directory.harness.close()
  await dev.harness.close()
})

const opened = (token: string) => Buffer.from(token, 'base64')

test('an unknown key, a token beside a long-term key, and a session key without its token are refused', async () => {
  expect(await directory.credential({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' })).toBe('unknown')
  expect(await directory.credential({ AccessKeyId: '' })).toBe('unknown')
  const caller = await directory.user('plain')
  expect(await directory.credential({ AccessKeyId: caller.accessKeyId, SessionToken: 'x' })).toBe('invalid-token')
  const { Credentials } = await directory.sts('GetSessionToken', {}, caller)
  expect(await directory.credential({ AccessKeyId: Credentials.AccessKeyId })).toBe('invalid-token')
})

test('a session token is good for its own key id only, and in its own spelling only', async () => {
  const caller = await directory.user('tokens')
  const { Credentials: one } = await directory.sts('GetSessionToken', {}, caller)
  const { Credentials: two } = await directory.sts('GetSessionToken', {}, caller)
  const { AccessKeyId } = one
  expect(await directory.credential({ AccessKeyId, SessionToken: two.SessionToken })).toBe('invalid-token')
  const bytes = opened(one.SessionToken)
  for (const at of [0, 1, 4, 5, 20, bytes.length - 1]) {
    const altered = Buffer.from(bytes)
    altered[at] = (altered[at] as number) ^ 1
    const SessionToken = altered.toString('base64')
    expect(await directory.credential({ AccessKeyId, SessionToken })).toBe('invalid-token')
  }
  for (const SessionToken of ['', 'A', ` ${one.SessionToken}`, `${one.SessionToken}=`, one.SessionToken.slice(0, -4)]) {
    expect(await directory.credential({ AccessKeyId, SessionToken })).toBe('invalid-token')
  }
  expect(await directory.caller(one)).toMatchObject({ userName: 'tokens' })
})

test('a session keeps its secret when it is opened again, and differs from every other', async () => {
  const caller = await directory.user('again')
  const { Credentials } = await directory.sts('GetSessionToken', {}, caller)
  const credential = await directory.credential(Credentials)
  const other = await directory.credential(Credentials)
  if (typeof credential === 'string' || typeof other === 'string') throw new Error('refused')
  expect(other.secret).toBe(credential.secret)
  expect(credential.secret.accessKeyId).toBe(Credentials.AccessKeyId)
})

test("an account's root user has keys like a user's", async () => {
  const { store, clock } = directory.harness
  const key = await store.transaction(async (tx) => {
    await createAccount(tx, '222222222222', { now: clock.now(), name: 'second' })
    return createRootAccessKey(tx, '222222222222', clock.now())
  })
  const caller = await directory.caller({ AccessKeyId: key.accessKeyId })
  expect(caller).toMatchObject({ id: '222222222222', arn: 'arn:aws:iam::222222222222:root' })
  expect((await directory.iam('GetUser', {}, caller)).User).toMatchObject({ UserId: '222222222222', Arn: caller.arn })
  const { AccessKeyMetadata } = await directory.iam('ListAccessKeys', {}, caller)
  expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: key.accessKeyId, Status: 'Active' }])
  await directory.iam('UpdateAccessKey', { AccessKeyId: key.accessKeyId, Status: 'Inactive' }, caller)
  expect(await directory.credential({ AccessKeyId: key.accessKeyId })).toBe('inactive')
})

test('the key ids of emulators are known in dev mode only', async () => {
  expect(await directory.credential({ AccessKeyId: 'test' })).toBe('unknown')
  expect(await directory.credential({ AccessKeyId: '123456789012' })).toBe('unknown')
  expect(await dev.caller({ AccessKeyId: 'test' })).toMatchObject({ account, arn: `arn:aws:iam::${account}:root` })
  expect(await dev.caller({ AccessKeyId: '123456789012', SessionToken: 'test' })).toMatchObject({ id: '123456789012' })
  expect(await dev.credential({ AccessKeyId: '12345678901' })).toBe('unknown')
})

test('sessions that go back to a key of dev mode work there', async () => {
  const root = await dev.caller({ AccessKeyId: 'test' })
  const { Credentials } = await dev.sts('GetSessionToken', {}, root)
  expect(await dev.caller(Credentials)).toMatchObject({ arn: root.arn, session: { issuer: { type: 'Root' } } })
  const { Role } = await dev.iam('CreateRole', { RoleName: 'dev', AssumeRolePolicyDocument: trusting(account) }, root)
  const assumed = await dev.sts('AssumeRole', { RoleArn: Role.Arn, RoleSessionName: 'dev' }, root)
  expect(await dev.caller(assumed.Credentials)).toMatchObject({ arn: assumed.AssumedRoleUser.Arn })
})

test('principals that policies name are there or not', async () => {
  const caller = await directory.user('named')
  const role = await directory.role('named-role', trusting(caller.arn))
  const { Role } = await directory.iam('GetRole', { RoleName: 'named-role' })
  const { store, identities } = directory.harness.platform
  const exists = (principal: string) =>
    store.transaction(async (tx) => identities.principalExists?.(tx, principal) ?? false)
  await store.transaction((tx) => createAccount(tx, '333333333333', { now: 1 }))
  const there = [
    caller.arn,
    caller.id,
    role,
    Role.RoleId,
    '333333333333',
    'arn:aws:iam::333333333333:root',
    `arn:aws:sts::${account}:assumed-role/named-role/any`,
    'arn:aws:sts::333333333333:federated-user/any',
  ]
  for (const principal of there) expect([principal, await exists(principal)]).toEqual([principal, true])
  const missing = [
    `arn:aws:iam::${account}:user/nobody`,
    `arn:aws:iam::${account}:user/Named`,
    `arn:aws:iam::${account}:user/path/named`,
    `arn:aws:iam::${account}:group/named`,
    `arn:aws:sts::${account}:assumed-role/nobody/any`,
    'AIDAAAAAAAAAAAAAAAAAA',
    '444444444444',
    'arn:aws:iam::444444444444:root',
    'everybody',
    '',
  ]
  for (const principal of missing) expect([principal, await exists(principal)]).toEqual([principal, false])
})
