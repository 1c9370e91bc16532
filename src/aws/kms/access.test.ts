import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

const account = '111111111111'
const allow = (Action: string | string[], Resource = '*', Condition?: object) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) },
})
const denied = { code: 'AccessDeniedException' }

function policyFor(...statements: readonly object[]): string {
  const root = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [root, ...statements] })
}

test('the default key policy leaves it to the policies of the account', async () => {
  const KeyId = await kms.key()
  const Plaintext = secretOf('x')
  const may = kms.user('may', [allow('kms:Encrypt', `arn:aws:kms:us-east-1:${account}:key/${KeyId}`)])
  const mayNot = kms.user('may-not', [])
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext }, { as: may })
  await expect(kms.do('Encrypt', { KeyId, Plaintext }, { as: mayNot })).rejects.toMatchObject(denied)
  await expect(kms.do('Decrypt', { CiphertextBlob }, { as: may })).rejects.toMatchObject({
    ...denied,
    text: `User: arn:aws:iam::${account}:user/may is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:${account}:key/${KeyId} because no identity-based policy allows the kms:Decrypt action`,
  })
})

test('policies of the account count for nothing where the key policy does not trust it', async () => {
  const owner = kms.user('owner', [allow('kms:*')])
  const other = kms.user('other', [allow('kms:*')])
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: owner.arn }, Action: 'kms:*', Resource: '*' },
  })
  const { KeyMetadata } = await kms.do('CreateKey', { Policy }, { as: owner })
  const input = { KeyId: KeyMetadata?.KeyId as string, Plaintext: secretOf('x') }
  await kms.do('Encrypt', input, { as: owner })
  await expect(kms.do('Encrypt', input, { as: other })).rejects.toMatchObject(denied)
  await expect(kms.do('Encrypt', input)).rejects.toMatchObject(denied)
})

test('another account uses a key by its ARN where both sides allow it', async () => {
  const foreign = kms.user('foreign', [allow('kms:*')], '222222222222')
  const idle = kms.user('idle', [], '222222222222')
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::222222222222:root' },
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:PutKeyPolicy'],
    Resource: '*',
  }
  const id = await kms.key({ Policy: policyFor(trust) })
  const KeyId = `arn:aws:kms:us-east-1:${account}:key/${id}`
  await kms.do('CreateAlias', { AliasName: 'alias/shared', TargetKeyId: id })
  const Plaintext = secretOf('x')
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext }, { as: foreign })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob }, { as: foreign })).Plaintext)).toBe('x')
  const alias = `arn:aws:kms:us-east-1:${account}:alias/shared`
  expect((await kms.do('Encrypt', { KeyId: alias, Plaintext }, { as: foreign })).KeyId).toBe(KeyId)
  await expect(kms.do('Encrypt', { KeyId, Plaintext }, { as: idle })).rejects.toMatchObject(denied)
  await expect(kms.do('Encrypt', { KeyId: id, Plaintext }, { as: foreign })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
  const Policy = policyFor()
  await expect(kms.do('PutKeyPolicy', { KeyId, Policy }, { as: foreign })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
})

test('whether a key of another account exists is not told', async () => {
  const foreign = kms.user('curious', [allow('kms:*')], '222222222222')
  const there = `arn:aws:kms:us-east-1:${account}:key/${await kms.key()}`
  const notThere = `arn:aws:kms:us-east-1:${account}:key/134f2428-cec1-4b25-a1ae-9048164dba47`
  const answers = await Promise.all(
    [there, notThere].map((KeyId) => kms.do('DescribeKey', { KeyId }, { as: foreign }).catch((error: Error) => error)),
  )
  const texts = answers.map((answer) => (answer as Error).message.replace(/key\/[0-9a-f-]+/, 'key/ID'))
  expect(texts[0]).toBe(texts[1])
  expect(texts[0]).toContain('is not authorized to perform: kms:DescribeKey')
})

test('conditions see the encryption context, the alias of the request and what the key is', async () => {
  const KeyId = await kms.key()
  await kms.do('CreateAlias', { AliasName: 'alias/conditional', TargetKeyId: KeyId })
  const inContext = kms.user('in-context', [
    allow('kms:Encrypt', '*', {
      StringEquals: { 'kms:EncryptionContext:App': 'web' },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['App'] },
    }),
  ])
  const Plaintext = secretOf('x')
  await kms.do('Encrypt', { KeyId, Plaintext, EncryptionContext: { App: 'web' } }, { as: inContext })
  for (const EncryptionContext of [undefined, { App: 'job' }, { App: 'web', More: 'x' }]) {
    await expect(kms.do('Encrypt', { KeyId, Plaintext, EncryptionContext }, { as: inContext })).rejects.toMatchObject(
      denied,
    )
  }
  const byAlias = kms.user('by-alias', [
    allow('kms:Encrypt', '*', { StringEquals: { 'kms:RequestAlias': 'alias/conditional' } }),
    allow('kms:Decrypt', '*', { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/cond*' } }),
    allow('kms:GenerateDataKey', '*', {
      StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyOrigin': 'AWS_KMS', 'kms:CallerAccount': account },
      Bool: { 'kms:MultiRegion': 'false' },
      Null: { 'kms:ViaService': 'true' },
    }),
  ])
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId: 'alias/conditional', Plaintext }, { as: byAlias })
  await expect(kms.do('Encrypt', { KeyId, Plaintext }, { as: byAlias })).rejects.toMatchObject(denied)
  await kms.do('Decrypt', { CiphertextBlob }, { as: byAlias })
  await kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }, { as: byAlias })
})

test('re-encryption needs a permission on each key, each with its own context', async () => {
  const from = await kms.key()
  const to = await kms.key()
  const { CiphertextBlob } = await kms.do('Encrypt', {
    KeyId: from,
    Plaintext: secretOf('x'),
    EncryptionContext: { stage: 'old' },
  })
  const arn = (id: string) => `arn:aws:kms:us-east-1:${account}:key/${id}`
  const source = allow('kms:ReEncryptFrom', arn(from), { StringEquals: { 'kms:EncryptionContext:stage': 'old' } })
  const blind = kms.user('blind', [
    source,
    allow('kms:ReEncryptTo', arn(to), { Null: { 'kms:EncryptionContextKeys': 'true' } }),
  ])
  const strict = kms.user('strict', [
    source,
    allow('kms:ReEncryptTo', arn(to), { StringEquals: { 'kms:EncryptionContext:stage': 'old' } }),
  ])
  const input = { CiphertextBlob, SourceEncryptionContext: { stage: 'old' }, DestinationKeyId: to }
  await kms.do('ReEncrypt', input, { as: blind })
  await expect(kms.do('ReEncrypt', input, { as: strict })).rejects.toMatchObject({
    ...denied,
    text: expect.stringContaining('kms:ReEncryptTo') as string,
  })
  await kms.do('ReEncrypt', { ...input, DestinationEncryptionContext: { stage: 'old' } }, { as: strict })
})

test('a policy that would lock its author out is refused unless that is waived', async () => {
  const KeyId = await kms.key()
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:user/x` },
      Action: 'kms:*',
      Resource: '*',
    },
  })
  await expect(kms.do('PutKeyPolicy', { KeyId, Policy })).rejects.toMatchObject({
    code: 'MalformedPolicyDocumentException',
    text: 'The new key policy will not allow you to update the key policy in the future.',
  })
  await expect(kms.do('CreateKey', { Policy })).rejects.toMatchObject({ code: 'MalformedPolicyDocumentException' })
  await kms.do('PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true })
  await expect(kms.do('GetKeyPolicy', { KeyId })).rejects.toMatchObject(denied)
})

test('a policy must be one, and reads back as it was put', async () => {
  const KeyId = await kms.key()
  const malformed = { code: 'MalformedPolicyDocumentException' }
  for (const Policy of [
    '{',
    '[]',
    '{"Statement":[]}',
    policyFor({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }),
  ]) {
    await expect(kms.do('PutKeyPolicy', { KeyId, Policy })).rejects.toMatchObject(malformed)
  }
  const first = await kms.do('GetKeyPolicy', { KeyId })
  expect(JSON.parse(first.Policy as string)).toMatchObject({ Id: 'key-default-1', Statement: [{ Action: 'kms:*' }] })
  const Policy = `${policyFor()}\n`
  await kms.do('PutKeyPolicy', { KeyId, PolicyName: 'default', Policy })
  expect(await kms.do('GetKeyPolicy', { KeyId, PolicyName: 'default' })).toEqual({ Policy, PolicyName: 'default' })
  expect((await kms.do('ListKeyPolicies', { KeyId })).PolicyNames).toEqual(['default'])
  await expect(kms.do('GetKeyPolicy', { KeyId, PolicyName: 'other' })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
})
