import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Kms, openKms, secretOf } from './kms.test-support.ts'

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

const account = '111111111111'
const notFound = (text: string) => ({ code: 'NotFoundException', text })

test('a new key is described as AWS describes one', async () => {
  const { KeyMetadata } = await kms.do('CreateKey', { Description: 'test key 123' })
  const id = KeyMetadata?.KeyId
  expect(KeyMetadata).toMatchObject({
    AWSAccountId: account,
    Arn: `arn:aws:kms:us-east-1:${account}:key/${id}`,
    CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    Description: 'test key 123',
    Enabled: true,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    KeyManager: 'CUSTOMER',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyState: 'Enabled',
    KeyUsage: 'ENCRYPT_DECRYPT',
    MultiRegion: false,
    Origin: 'AWS_KMS',
  })
  expect((await kms.do('DescribeKey', { KeyId: id as string })).KeyMetadata).toEqual(KeyMetadata)
})

test('key spec and usage must go together', async () => {
  const invalid = (text: string) => ({ code: 'ValidationException', text })
  await expect(kms.do('CreateKey', { KeySpec: 'RSA_2048' })).rejects.toMatchObject(
    invalid('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.'),
  )
  await expect(kms.do('CreateKey', { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' })).rejects.toMatchObject(
    invalid('KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048'),
  )
  await expect(kms.do('CreateKey', { KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' })).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
  })
  await expect(
    kms.do('CreateKey', { KeySpec: 'HMAC_256', CustomerMasterKeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  ).rejects.toMatchObject({ code: 'ValidationException' })
})

test('a key has names: its id, its ARN, an alias, the ARN of an alias', async () => {
  const id = await kms.key()
  const arn = `arn:aws:kms:us-east-1:${account}:key/${id}`
  await kms.do('CreateAlias', { AliasName: 'alias/team/app', TargetKeyId: arn })
  for (const KeyId of [id, arn, 'alias/team/app', `arn:aws:kms:us-east-1:${account}:alias/team/app`]) {
    expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.Arn).toBe(arn)
  }
})

test('names that name nothing are refused as AWS refuses them', async () => {
  const id = '134f2428-cec1-4b25-a1ae-9048164dba47'
  const arn = `arn:aws:kms:us-east-1:${account}:key/${id}`
  const cases: [string, string][] = [
    ['fake-key-id', "Invalid keyId 'fake-key-id'"],
    ['134f2428cec14b25a1ae9048164dba47', "Invalid keyId '134f2428cec14b25a1ae9048164dba47'"],
    ['mrk-fake-key-id', "Invalid keyId 'mrk-fake-key-id'"],
    [id, `Key '${arn}' does not exist`],
    [arn, `Key '${arn}' does not exist`],
    [`arn:aws:kms:eu-west-1:${account}:key/${id}`, 'Invalid arn eu-west-1'],
    ['alias/none', `Alias arn:aws:kms:us-east-1:${account}:alias/none is not found.`],
  ]
  for (const [KeyId, text] of cases) {
    await expect(kms.do('DescribeKey', { KeyId })).rejects.toMatchObject(notFound(text))
  }
  await expect(kms.do('ScheduleKeyDeletion', { KeyId: 'alias/none' })).rejects.toMatchObject(
    notFound("Invalid keyId 'alias/none'"),
  )
})

test('an alias moves between keys of one type and usage', async () => {
  const first = await kms.key()
  const second = await kms.key()
  await kms.do('CreateAlias', { AliasName: 'alias/moving', TargetKeyId: first })
  await expect(kms.do('CreateAlias', { AliasName: 'alias/moving', TargetKeyId: second })).rejects.toMatchObject({
    code: 'AlreadyExistsException',
    text: `An alias with the name arn:aws:kms:us-east-1:${account}:alias/moving already exists`,
  })
  await kms.do('UpdateAlias', { AliasName: 'alias/moving', TargetKeyId: second })
  expect((await kms.do('ListAliases', { KeyId: first })).Aliases).toEqual([])
  expect((await kms.do('ListAliases', { KeyId: second })).Aliases).toMatchObject([
    { AliasName: 'alias/moving', AliasArn: `arn:aws:kms:us-east-1:${account}:alias/moving`, TargetKeyId: second },
  ])
  const mac = await kms.key({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
  await expect(kms.do('UpdateAlias', { AliasName: 'alias/moving', TargetKeyId: mac })).rejects.toMatchObject({
    code: 'ValidationException',
  })
  await kms.do('DeleteAlias', { AliasName: 'alias/moving' })
  await expect(kms.do('DeleteAlias', { AliasName: 'alias/moving' })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
})

test('names of aliases are checked', async () => {
  const TargetKeyId = await kms.key()
  await expect(kms.do('CreateAlias', { AliasName: 'aplain', TargetKeyId })).rejects.toMatchObject({
    code: 'ValidationException',
    text: 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
  })
  await expect(kms.do('CreateAlias', { AliasName: 'alias/aws/mine', TargetKeyId })).rejects.toMatchObject({
    code: 'NotAuthorizedException',
  })
  await expect(kms.do('CreateAlias', { AliasName: 'alias/a:b', TargetKeyId })).rejects.toMatchObject({
    code: 'ValidationException',
  })
})

test('lists go on where they stopped, whatever came and went between', async () => {
  const as = kms.root('333333333333')
  const made: string[] = []
  for (let index = 0; index < 5; index++) {
    made.push((await kms.do('CreateKey', {}, { as })).KeyMetadata?.KeyId as string)
  }
  made.sort()
  const first = await kms.do('ListKeys', { Limit: 2 }, { as })
  expect(first).toMatchObject({ Truncated: true, Keys: [{ KeyId: made[0] }, { KeyId: made[1] }] })
  const added = (await kms.do('CreateKey', {}, { as })).KeyMetadata?.KeyId as string
  const rest = await kms.do('ListKeys', { Marker: first.NextMarker }, { as })
  const expected = [...made.slice(2), added].filter((id) => id > (made[1] as string)).toSorted()
  expect(rest.Keys?.map(({ KeyId }) => KeyId)).toEqual(expected)
  expect(rest).toMatchObject({ Truncated: false })
  expect(rest).not.toHaveProperty('NextMarker')
  const invalid = { code: 'InvalidMarkerException' }
  await expect(kms.do('ListKeys', { Marker: 'nonsense' }, { as })).rejects.toMatchObject(invalid)
  await expect(kms.do('ListKeys', { Marker: first.NextMarker })).rejects.toMatchObject(invalid)
  await expect(kms.do('ListAliases', { Marker: first.NextMarker }, { as })).rejects.toMatchObject(invalid)
})

test('tags are added, replaced, removed and listed in the order of their addition', async () => {
  const KeyId = await kms.key({ Tags: [{ TagKey: 'b', TagValue: '1' }] })
  await kms.do('TagResource', {
    KeyId,
    Tags: [
      { TagKey: 'a', TagValue: '2' },
      { TagKey: 'b', TagValue: '3' },
    ],
  })
  expect((await kms.do('ListResourceTags', { KeyId })).Tags).toEqual([
    { TagKey: 'b', TagValue: '3' },
    { TagKey: 'a', TagValue: '2' },
  ])
  const page = await kms.do('ListResourceTags', { KeyId, Limit: 1 })
  expect(page).toMatchObject({ Truncated: true, Tags: [{ TagKey: 'b' }] })
  expect((await kms.do('ListResourceTags', { KeyId, Marker: page.NextMarker })).Tags).toMatchObject([{ TagKey: 'a' }])
  await kms.do('UntagResource', { KeyId, TagKeys: ['a', 'b', 'never'] })
  expect((await kms.do('ListResourceTags', { KeyId })).Tags).toEqual([])
  const tag = (TagKey: string) => ({ TagKey, TagValue: 'x' })
  const refused: [string, { TagKey: string; TagValue: string }[]][] = [
    ['Duplicate tag keys', [tag('a'), tag('a')]],
    ['Tags beginning with aws: are reserved', [tag('AWS:a')]],
    ['Too many tags', Array.from({ length: 51 }, (_, index) => tag(`t${index}`))],
  ]
  for (const [text, Tags] of refused) {
    await expect(kms.do('TagResource', { KeyId, Tags })).rejects.toMatchObject({ code: 'TagException', text })
  }
})

test('the quota of keys counts those that are there', async () => {
  const small = await openKms()
  try {
    Object.assign(small.platform.quotas, { keysPerRegion: 2 })
    await small.key()
    await small.key()
    await expect(small.key()).rejects.toMatchObject({ code: 'LimitExceededException' })
    expect((await small.do('CreateKey', {}, { region: 'eu-west-1' })).KeyMetadata?.KeyState).toBe('Enabled')
  } finally {
    await small.close()
  }
})

test('random bytes are as many as asked for', async () => {
  expect((await kms.do('GenerateRandom', { NumberOfBytes: 44 })).Plaintext?.reveal()).toHaveLength(44)
  await expect(kms.do('GenerateRandom', {})).rejects.toMatchObject({
    code: 'ValidationException',
    text: 'NumberOfBytes is required.',
  })
})

test('no plaintext and no ciphertext is in the audit trail', async () => {
  const KeyId = await kms.key()
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('canary-plaintext') })
  await kms.do('Decrypt', { CiphertextBlob })
  const events = await kms.events()
  const text = JSON.stringify(events)
  expect(text).not.toContain('canary-plaintext')
  expect(text).not.toContain(Buffer.from(CiphertextBlob as Uint8Array).toString('base64'))
  expect(events.at(-1)).toMatchObject({
    eventName: 'Decrypt',
    readOnly: true,
    requestParameters: null,
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: `arn:aws:kms:us-east-1:${account}:key/${KeyId}` }],
  })
})
