import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Caller } from '../call.ts'
import { grantTable } from './grant.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
let grantee: Caller
let stranger: Caller
beforeEach(async () => {
  kms = await openKms()
  grantee = kms.user('grantee', [])
  stranger = kms.user('stranger', [])
})
afterEach(() => kms.close())

const denied = { code: 'AccessDeniedException' }
const allow = (Action: string, Condition?: object) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource: '*', ...(Condition && { Condition }) },
})

test('a grant gives its operations to its grantee at once, and nothing else to anybody else', async () => {
  const KeyId = await kms.key()
  const Plaintext = secretOf('x')
  await expect(kms.do('Encrypt', { KeyId, Plaintext }, { as: grantee })).rejects.toMatchObject(denied)
  const made = await kms.do('CreateGrant', {
    KeyId,
    GranteePrincipal: grantee.arn,
    Operations: ['Encrypt', 'Decrypt', 'DescribeKey'],
  })
  expect(made.GrantId).toMatch(/^[0-9a-f]{64}$/)
  const { CiphertextBlob } = await kms.do(
    'Encrypt',
    { KeyId, Plaintext, GrantTokens: [made.GrantToken as string] },
    { as: grantee },
  )
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob }, { as: grantee })).Plaintext)).toBe('x')
  await kms.do('DescribeKey', { KeyId }, { as: grantee })
  await expect(kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }, { as: grantee })).rejects.toMatchObject(denied)
  await expect(kms.do('Decrypt', { CiphertextBlob }, { as: stranger })).rejects.toMatchObject(denied)
  const other = await kms.key()
  await expect(kms.do('Encrypt', { KeyId: other, Plaintext }, { as: grantee })).rejects.toMatchObject(denied)
  await kms.do('RevokeGrant', { KeyId, GrantId: made.GrantId as string })
  await expect(kms.do('Decrypt', { CiphertextBlob }, { as: grantee })).rejects.toMatchObject(denied)
  const left = await kms.store.transaction((tx) => tx.range('kms/gran' as never, 'kms/graz' as never, { limit: 10 }))
  expect(left).toEqual([])
})

test('a grant is for the user that it was made for, not for the next one of that name', async () => {
  const ids = new Map([[grantee.arn, grantee.id]])
  Object.assign(kms.platform.identities, {
    principalExists: async () => true,
    principalId: async (_tx: unknown, principal: string) => ids.get(principal),
  })
  const KeyId = await kms.key()
  await kms.do('CreateGrant', { KeyId, GranteePrincipal: grantee.arn, Operations: ['DescribeKey'] })
  await kms.do('DescribeKey', { KeyId }, { as: grantee })
  const namesake = kms.user('grantee', [])
  expect(namesake.arn).toBe(grantee.arn)
  await expect(kms.do('DescribeKey', { KeyId }, { as: namesake })).rejects.toMatchObject(denied)
  const { Grants } = await kms.do('ListGrants', { KeyId })
  expect(Grants).toMatchObject([{ GranteePrincipal: grantee.arn }])
})

test('an explicit denial is stronger than a grant', async () => {
  const KeyId = await kms.key()
  const barred = kms.user('barred', [
    { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' } },
  ])
  await kms.do('CreateGrant', { KeyId, GranteePrincipal: barred.arn, Operations: ['Encrypt'] })
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') }, { as: barred })).rejects.toMatchObject(denied)
})

test('constraints: a subset asks for its pairs, equality for its pairs and no others', async () => {
  const KeyId = await kms.key()
  const other = kms.user('other', [])
  const pairs = { App: 'web', 'odd "${aws:username}" é': '*' }
  await kms.do('CreateGrant', {
    KeyId,
    GranteePrincipal: grantee.arn,
    Operations: ['Encrypt', 'DescribeKey'],
    Constraints: { EncryptionContextSubset: pairs },
  })
  await kms.do('CreateGrant', {
    KeyId,
    GranteePrincipal: other.arn,
    Operations: ['Encrypt'],
    Constraints: { EncryptionContextEquals: pairs },
  })
  const encrypt = (as: Caller, EncryptionContext?: Record<string, string>) =>
    kms.do('Encrypt', { KeyId, Plaintext: secretOf('x'), EncryptionContext }, { as })
  await encrypt(grantee, pairs)
  await encrypt(grantee, { ...pairs, more: '1' })
  await kms.do('DescribeKey', { KeyId }, { as: grantee })
  await encrypt(other, pairs)
  for (const context of [undefined, { App: 'web' }, { ...pairs, App: 'Web' }, { ...pairs, App: 'webs' }]) {
    await expect(encrypt(grantee, context)).rejects.toMatchObject(denied)
    await expect(encrypt(other, context)).rejects.toMatchObject(denied)
  }
  await expect(encrypt(other, { ...pairs, more: '1' })).rejects.toMatchObject(denied)
})

test('a grantee who may make grants makes none that give more than its own', async () => {
  const KeyId = await kms.key()
  await kms.do('CreateGrant', {
    KeyId,
    GranteePrincipal: grantee.arn,
    Operations: ['Encrypt', 'CreateGrant'],
    Constraints: { EncryptionContextEquals: { App: 'web' } },
  })
  const input = { KeyId, GranteePrincipal: stranger.arn }
  const same = { EncryptionContextEquals: { App: 'web' } }
  const tooMuch = [
    { ...input, Operations: ['Encrypt', 'Decrypt'] as const, Constraints: same },
    { ...input, Operations: ['Encrypt'] as const },
    { ...input, Operations: ['Encrypt'] as const, Constraints: { EncryptionContextSubset: { App: 'web' } } },
    { ...input, Operations: ['Encrypt'] as const, Constraints: { EncryptionContextEquals: { App: 'job' } } },
    {
      ...input,
      Operations: ['Encrypt'] as const,
      Constraints: { EncryptionContextSubset: { App: 'web' }, EncryptionContextEquals: {} },
    },
  ]
  for (const grant of tooMuch) {
    await expect(kms.do('CreateGrant', grant, { as: grantee })).rejects.toMatchObject(denied)
  }
  await kms.do('CreateGrant', { ...input, Operations: ['Encrypt'], Constraints: same }, { as: grantee })
})

test('the same name with the same parameters is the same grant, under a new token', async () => {
  const KeyId = await kms.key()
  const input = { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt', 'Decrypt'] as const, Name: 'mine' }
  const first = await kms.do('CreateGrant', input)
  const again = await kms.do('CreateGrant', { ...input, Operations: ['Decrypt', 'Encrypt'] })
  expect(again.GrantId).toBe(first.GrantId)
  expect(again.GrantToken).not.toBe(first.GrantToken)
  const other = await kms.do('CreateGrant', { ...input, Operations: ['Encrypt'] })
  expect(other.GrantId).not.toBe(first.GrantId)
  const { Name: _name, ...unnamed } = input
  await kms.do('CreateGrant', unnamed)
  await kms.do('CreateGrant', unnamed)
  expect((await kms.do('ListGrants', { KeyId })).Grants).toHaveLength(4)
})

test('a grant is retired by whom it names, by a grantee who may, and by a token as well as by its id', async () => {
  const KeyId = await kms.key()
  const retirer = kms.user('retirer', [])
  const base = { KeyId, GranteePrincipal: grantee.arn } as const
  const named = await kms.do('CreateGrant', { ...base, Operations: ['Encrypt'], RetiringPrincipal: retirer.arn })
  const own = await kms.do('CreateGrant', { ...base, Operations: ['Encrypt', 'RetireGrant'] })
  const plain = await kms.do('CreateGrant', { ...base, Operations: ['Decrypt'] })
  const GrantToken = named.GrantToken as string
  await expect(kms.do('RetireGrant', { GrantToken }, { as: stranger })).rejects.toMatchObject(denied)
  await expect(kms.do('RetireGrant', { GrantToken, DryRun: true }, { as: retirer })).rejects.toMatchObject({
    code: 'DryRunOperationException',
  })
  await kms.do('RetireGrant', { GrantToken }, { as: retirer })
  const arn = `arn:aws:kms:us-east-1:111111111111:key/${KeyId}`
  await expect(kms.do('RetireGrant', { KeyId: arn, GrantId: plain.GrantId }, { as: retirer })).rejects.toMatchObject(
    denied,
  )
  await kms.do('RetireGrant', { KeyId: arn, GrantId: own.GrantId }, { as: grantee })
  await kms.do('RetireGrant', { GrantToken: plain.GrantToken })
  expect((await kms.do('ListGrants', { KeyId })).Grants).toEqual([])
  await expect(kms.do('RetireGrant', { GrantToken }, { as: retirer })).rejects.toMatchObject({
    code: 'InvalidGrantTokenException',
  })
  for (const input of [{}, { KeyId }, { GrantToken, KeyId }]) {
    await expect(kms.do('RetireGrant', input)).rejects.toMatchObject({ code: 'ValidationException' })
  }
})

test('grants are listed by key, by grantee and by who may retire them', async () => {
  const KeyId = await kms.key()
  const retirer = kms.user('retirer', [allow('kms:ListRetirableGrants')])
  const made: (string | undefined)[] = []
  for (let count = 0; count < 3; count++) {
    const grant = { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt'] as const }
    made.push((await kms.do('CreateGrant', { ...grant, RetiringPrincipal: retirer.arn })).GrantId)
  }
  await kms.do('CreateGrant', { KeyId, GranteePrincipal: stranger.arn, Operations: ['Decrypt'] })
  made.sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))
  const page = await kms.do('ListGrants', { KeyId, Limit: 2 })
  const rest = await kms.do('ListGrants', { KeyId, Limit: 2, Marker: page.NextMarker })
  expect([...(page.Grants ?? []), ...(rest.Grants ?? [])]).toHaveLength(4)
  const own = await kms.do('ListGrants', { KeyId, GranteePrincipal: grantee.arn })
  expect(own.Grants?.map(({ GrantId }) => GrantId)).toEqual(made)
  expect(own.Grants?.[0]).toMatchObject({
    KeyId: `arn:aws:kms:us-east-1:111111111111:key/${KeyId}`,
    GranteePrincipal: grantee.arn,
    RetiringPrincipal: retirer.arn,
    IssuingAccount: 'arn:aws:iam::111111111111:root',
    Operations: ['Encrypt'],
  })
  expect((await kms.do('ListGrants', { KeyId, GrantId: made[1] })).Grants).toHaveLength(1)
  await expect(kms.do('ListGrants', { KeyId, GrantId: 'x' })).rejects.toMatchObject({ code: 'InvalidGrantIdException' })
  const first = await kms.do('ListRetirableGrants', { RetiringPrincipal: retirer.arn, Limit: 2 }, { as: retirer })
  const input = { RetiringPrincipal: retirer.arn, Marker: first.NextMarker }
  const second = await kms.do('ListRetirableGrants', input, { as: retirer })
  expect([...(first.Grants ?? []), ...(second.Grants ?? [])].map(({ GrantId }) => GrantId)).toEqual(made)
})

test('another account uses a key by a grant where its own policies allow it too', async () => {
  const id = await kms.key()
  const KeyId = `arn:aws:kms:us-east-1:111111111111:key/${id}`
  const may = kms.user('may', [allow('kms:*')], '222222222222')
  const mayNot = kms.user('may-not', [], '222222222222')
  for (const principal of [may.arn, mayNot.arn]) {
    await kms.do('CreateGrant', { KeyId, GranteePrincipal: principal, Operations: ['Encrypt'] })
  }
  await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') }, { as: may })
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') }, { as: mayNot })).rejects.toMatchObject(denied)
})

test('conditions see what a grant would give', async () => {
  const KeyId = await kms.key()
  const careful = kms.user('careful', [
    allow('kms:CreateGrant', {
      'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Encrypt'] },
      StringEquals: { 'kms:GranteePrincipal': grantee.arn },
      Bool: { 'kms:GrantIsForAWSResource': 'false' },
    }),
  ])
  const input = { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt'] as const }
  await kms.do('CreateGrant', input, { as: careful })
  await expect(
    kms.do('CreateGrant', { ...input, Operations: ['Encrypt', 'Decrypt'] }, { as: careful }),
  ).rejects.toMatchObject(denied)
  await expect(
    kms.do('CreateGrant', { ...input, GranteePrincipal: stranger.arn }, { as: careful }),
  ).rejects.toMatchObject(denied)
})

test('grants that make no sense are refused', async () => {
  const KeyId = await kms.key()
  const mac = await kms.key({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
  const base = { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt'] as const }
  await expect(kms.do('CreateGrant', { ...base, GranteePrincipal: 'arn:aws:iam::1:x' })).rejects.toMatchObject({
    code: 'InvalidArnException',
  })
  for (const GranteePrincipal of [grantee.id, 'nobody', 'amazonaws.com']) {
    await expect(kms.do('CreateGrant', { ...base, GranteePrincipal })).rejects.toMatchObject({
      code: 'InvalidArnException',
    })
  }
  await kms.do('CreateGrant', { ...base, GranteePrincipal: 'lambda.amazonaws.com' })
  const invalid = { code: 'ValidationException' }
  const pairs = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'v']))
  const refused = [
    { ...base, Operations: ['Sign'] as const },
    { ...base, KeyId: mac, Operations: ['GenerateMac'] as const, Constraints: { EncryptionContextSubset: { a: 'b' } } },
    { ...base, Constraints: { EncryptionContextSubset: pairs } },
    { ...base, Constraints: { EncryptionContextSubset: { a: 'x'.repeat(385) } } },
    { ...base, Constraints: { EncryptionContextSubset: { a: 'b' }, EncryptionContextEquals: { a: 'b' } } },
    { ...base, Constraints: { EncryptionContextSubset: {}, EncryptionContextEquals: {} } },
  ]
  for (const input of refused) await expect(kms.do('CreateGrant', input)).rejects.toMatchObject(invalid)
  await expect(
    kms.do('Encrypt', { KeyId, Plaintext: secretOf('x'), GrantTokens: ['nonsense-token'] }),
  ).rejects.toMatchObject({ code: 'InvalidGrantTokenException' })
})

test('of two constraints an empty one does not count', async () => {
  const KeyId = await kms.key()
  const input = { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt'] as const }
  await kms.do('CreateGrant', {
    ...input,
    Constraints: { EncryptionContextSubset: { a: 'b' }, EncryptionContextEquals: {} },
  })
  await kms.do('CreateGrant', {
    ...input,
    Constraints: { EncryptionContextSubset: {}, EncryptionContextEquals: { c: 'd' } },
  })
  const { Grants } = await kms.do('ListGrants', { KeyId })
  expect(Grants?.map(({ Constraints }) => Constraints)).toEqual(
    expect.arrayContaining([{ EncryptionContextSubset: { a: 'b' } }, { EncryptionContextEquals: { c: 'd' } }]),
  )
})

test('grants go with their key', async () => {
  const KeyId = await kms.key()
  for (let count = 0; count < 3; count++) {
    await kms.do('CreateGrant', { KeyId, GranteePrincipal: grantee.arn, Operations: ['Encrypt'], Name: `n${count}` })
  }
  const { DeletionDate } = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  kms.clock.advanceTo((DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  expect(await kms.store.transaction((tx) => grantTable.range(tx, { limit: 10 }))).toEqual([])
})
