import { createPublicKey, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wrapKey } from '../../keys/key-wrap.ts'
import { materialTable } from './records.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeEach(async () => {
  kms = await openKms()
})
afterEach(() => kms.close())

const account = '111111111111'
const west = { region: 'eu-west-1' }
const east = { region: 'us-east-1' }
const arnOf = (id: string, region = 'us-east-1') => `arn:aws:kms:${region}:${account}:key/${id}`

test('a replica has the id and the material of its primary, and everything else of its own', async () => {
  const KeyId = await kms.key({ MultiRegion: true, Description: 'of the primary' })
  expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/)
  const made = await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  expect(made).toMatchObject({
    ReplicaKeyMetadata: {
      KeyId,
      Arn: arnOf(KeyId, 'eu-west-1'),
      KeyState: 'Creating',
      Enabled: false,
      Description: '',
    },
    ReplicaTags: [],
  })
  expect(JSON.parse(made.ReplicaPolicy as string)).toMatchObject({ Id: 'key-default-1' })
  const configuration = {
    PrimaryKey: { Arn: arnOf(KeyId), Region: 'us-east-1' },
    ReplicaKeys: [{ Arn: arnOf(KeyId, 'eu-west-1'), Region: 'eu-west-1' }],
  }
  const [primary, replica] = [await kms.do('DescribeKey', { KeyId }), await kms.do('DescribeKey', { KeyId }, west)]
  expect(primary.KeyMetadata?.MultiRegionConfiguration).toEqual({ MultiRegionKeyType: 'PRIMARY', ...configuration })
  expect(replica.KeyMetadata).toMatchObject({
    KeyState: 'Enabled',
    CurrentKeyMaterialId: primary.KeyMetadata?.CurrentKeyMaterialId,
    MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA', ...configuration },
  })
})

test('what one region encrypts another decrypts, before and after a rotation', async () => {
  const KeyId = await kms.key({ MultiRegion: true })
  await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  const before = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('before') })
  await kms.do('RotateKeyOnDemand', { KeyId })
  const after = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('after') }, west)
  for (const [text, CiphertextBlob] of [
    ['before', before.CiphertextBlob],
    ['after', after.CiphertextBlob],
  ] as const) {
    for (const options of [east, west]) {
      const opened = await kms.do('Decrypt', { CiphertextBlob }, options)
      expect(textOf(opened.Plaintext)).toBe(text)
      expect(opened.KeyId).toBe(arnOf(KeyId, options.region))
    }
  }
  await kms.do('DisableKey', { KeyId }, west)
  await expect(kms.do('Decrypt', { CiphertextBlob: after.CiphertextBlob }, west)).rejects.toMatchObject({
    code: 'DisabledException',
  })
  await kms.do('Decrypt', { CiphertextBlob: after.CiphertextBlob })
})

test('only a primary is replicated and rotated', async () => {
  const KeyId = await kms.key({ MultiRegion: true })
  await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  const refused = {
    code: 'UnsupportedOperationException',
    text: `${arnOf(KeyId, 'eu-west-1')} is not a multi-region primary key.`,
  }
  await expect(kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'us-east-1' }, west)).rejects.toMatchObject(refused)
  await expect(kms.do('RotateKeyOnDemand', { KeyId }, west)).rejects.toMatchObject(refused)
  await expect(kms.do('EnableKeyRotation', { KeyId }, west)).rejects.toMatchObject(refused)
  await kms.do('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 })
  expect(await kms.do('GetKeyRotationStatus', { KeyId }, west)).toMatchObject({ RotationPeriodInDays: 100 })
  await expect(kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })).rejects.toMatchObject({
    code: 'AlreadyExistsException',
  })
  const plain = await kms.key()
  await expect(kms.do('ReplicateKey', { KeyId: plain, ReplicaRegion: 'eu-west-1' })).rejects.toMatchObject({
    text: `${arnOf(plain)} is not a multi-region primary key.`,
  })
})

test('the primary moves to another region, its rotation with it', async () => {
  const KeyId = await kms.key({ MultiRegion: true })
  await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  await kms.do('EnableKeyRotation', { KeyId })
  await expect(kms.do('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-north-1' })).rejects.toMatchObject({
    code: 'NotFoundException',
  })
  await kms.do('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-west-1' })
  const { KeyMetadata } = await kms.do('DescribeKey', { KeyId })
  expect(KeyMetadata?.MultiRegionConfiguration).toEqual({
    MultiRegionKeyType: 'REPLICA',
    PrimaryKey: { Arn: arnOf(KeyId, 'eu-west-1'), Region: 'eu-west-1' },
    ReplicaKeys: [{ Arn: arnOf(KeyId), Region: 'us-east-1' }],
  })
  const { NextRotationDate } = await kms.do('GetKeyRotationStatus', { KeyId })
  kms.clock.advanceTo((NextRotationDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  const [moved, left] = [await kms.do('DescribeKey', { KeyId }, west), await kms.do('DescribeKey', { KeyId })]
  expect(moved.KeyMetadata?.CurrentKeyMaterialId).not.toBe(KeyMetadata?.CurrentKeyMaterialId)
  expect(left.KeyMetadata?.CurrentKeyMaterialId).toBe(moved.KeyMetadata?.CurrentKeyMaterialId)
})

test('a primary waits for its replicas before its own waiting period, and the material goes with the last', async () => {
  const KeyId = await kms.key({ MultiRegion: true })
  await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  expect(await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })).toEqual({
    KeyId: arnOf(KeyId),
    DeletionDate: undefined,
    KeyState: 'PendingReplicaDeletion',
    PendingWindowInDays: 7,
  })
  const { DeletionDate } = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }, west)
  kms.clock.advanceTo((DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  await expect(kms.do('DescribeKey', { KeyId }, west)).rejects.toMatchObject({ code: 'NotFoundException' })
  const waiting = await kms.do('DescribeKey', { KeyId })
  expect(waiting.KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion' })
  const materials = () => kms.store.transaction((tx) => materialTable.range(tx, { limit: 10 }))
  expect(await materials()).toHaveLength(1)
  kms.clock.advanceTo((waiting.KeyMetadata?.DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  await expect(kms.do('DescribeKey', { KeyId })).rejects.toMatchObject({ code: 'NotFoundException' })
  expect(await materials()).toEqual([])
})

test('imported material is imported into each region, the same into all', async () => {
  const KeyId = await kms.key({ MultiRegion: true, Origin: 'EXTERNAL' })
  const load = async (bytes: Uint8Array, region: string, ImportType?: 'NEW_KEY_MATERIAL') => {
    const given = await kms.do(
      'GetParametersForImport',
      { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
      { region },
    )
    const spki = Buffer.from(given.PublicKey?.reveal() as Uint8Array)
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const input = {
      KeyId,
      ImportToken: given.ImportToken as Uint8Array,
      EncryptedKeyMaterial: wrapKey('rsa-oaep-sha256', publicKey, bytes),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const,
      ImportType,
    }
    return (await kms.do('ImportKeyMaterial', input, { region })).KeyMaterialId
  }
  const first = randomBytes(32)
  const firstId = await load(first, 'us-east-1')
  await kms.do('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' })
  expect((await kms.do('DescribeKey', { KeyId }, west)).KeyMetadata?.KeyState).toBe('PendingImport')
  await expect(load(randomBytes(32), 'eu-west-1')).rejects.toMatchObject({ code: 'IncorrectKeyMaterialException' })
  expect(await load(first, 'eu-west-1')).toBe(firstId)
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob }, west)).Plaintext)).toBe('x')
  const second = randomBytes(32)
  const secondId = await load(second, 'us-east-1', 'NEW_KEY_MATERIAL')
  await expect(kms.do('RotateKeyOnDemand', { KeyId })).rejects.toMatchObject({ code: 'KMSInvalidStateException' })
  expect(await load(second, 'eu-west-1')).toBe(secondId)
  await kms.do('RotateKeyOnDemand', { KeyId })
  for (const options of [east, west]) {
    expect((await kms.do('DescribeKey', { KeyId }, options)).KeyMetadata).toMatchObject({
      KeyState: 'Enabled',
      CurrentKeyMaterialId: secondId,
    })
  }
})
