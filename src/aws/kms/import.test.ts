import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wrapKey, type WrappingName } from '../../keys/key-wrap.ts'
import type { AlgorithmSpec, KmsOperations } from '../models/kms.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeEach(async () => {
  kms = await openKms()
})
afterEach(() => kms.close())

const arnOf = (id: string) => `arn:aws:kms:us-east-1:111111111111:key/${id}`
const day = 86_400_000
const forEver = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } as const

const wrappings: Readonly<Partial<Record<AlgorithmSpec, WrappingName>>> = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-sha256',
}

/** Wraps material as a client does. */
async function wrapped(KeyId: string, material: Uint8Array, algorithm: AlgorithmSpec = 'RSAES_OAEP_SHA_256') {
  const parameters = await kms.do('GetParametersForImport', {
    KeyId,
    WrappingAlgorithm: algorithm,
    WrappingKeySpec: 'RSA_2048',
  })
  const spki = Buffer.from(parameters.PublicKey?.reveal() as Uint8Array)
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const EncryptedKeyMaterial = wrapKey(wrappings[algorithm] as WrappingName, publicKey, material)
  return { KeyId, ImportToken: parameters.ImportToken as Uint8Array, EncryptedKeyMaterial }
}

async function load(
  KeyId: string,
  material: Uint8Array,
  more: Partial<KmsOperations['ImportKeyMaterial']['input']> = forEver,
) {
  return kms.do('ImportKeyMaterial', { ...(await wrapped(KeyId, material)), ...more })
}

async function metadata(KeyId: string) {
  return (await kms.do('DescribeKey', { KeyId })).KeyMetadata
}

test('a key without material waits for it, works with it, and waits again when it is deleted', async () => {
  const KeyId = await kms.key({ Origin: 'EXTERNAL' })
  expect(await metadata(KeyId)).toMatchObject({ KeyState: 'PendingImport', Enabled: false, Origin: 'EXTERNAL' })
  expect((await metadata(KeyId))?.CurrentKeyMaterialId).toBeUndefined()
  const pending = { code: 'KMSInvalidStateException', text: `${arnOf(KeyId)} is pending import.` }
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })).rejects.toMatchObject(pending)
  const material = randomBytes(32)
  const { KeyMaterialId, KeyId: arn } = await load(KeyId, material)
  expect(arn).toBe(arnOf(KeyId))
  expect(await metadata(KeyId)).toMatchObject({
    KeyState: 'Enabled',
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    CurrentKeyMaterialId: KeyMaterialId,
  })
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('kept') })
  await kms.do('DeleteImportedKeyMaterial', { KeyId })
  const waiting = await metadata(KeyId)
  expect(waiting).toMatchObject({ KeyState: 'PendingImport', CurrentKeyMaterialId: KeyMaterialId })
  expect(waiting?.ExpirationModel).toBeUndefined()
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject(pending)
  await expect(load(KeyId, randomBytes(32))).rejects.toMatchObject({ code: 'IncorrectKeyMaterialException' })
  await load(KeyId, material)
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob })).Plaintext)).toBe('kept')
})

test('material expires when it was said to', async () => {
  const KeyId = await kms.key({ Origin: 'EXTERNAL' })
  const material = randomBytes(32)
  const input = await wrapped(KeyId, material)
  await expect(kms.do('ImportKeyMaterial', input)).rejects.toMatchObject({
    code: 'ValidationException',
    text: 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
  })
  for (const ValidTo of [kms.clock.now() - 1, kms.clock.now() + 366 * day]) {
    await expect(kms.do('ImportKeyMaterial', { ...input, ValidTo })).rejects.toMatchObject({
      code: 'ValidationException',
    })
  }
  const ValidTo = kms.clock.now() + 10 * day
  await kms.do('ImportKeyMaterial', { ...input, ValidTo })
  expect(await metadata(KeyId)).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo })
  const later = ValidTo + day
  await kms.do('ImportKeyMaterial', { ...input, ValidTo: later })
  kms.clock.advanceTo(ValidTo + 1)
  await kms.scheduler.runDue()
  expect(await metadata(KeyId)).toMatchObject({ KeyState: 'Enabled', ValidTo: later })
  kms.clock.advanceTo(later + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  expect(await metadata(KeyId)).toMatchObject({ KeyState: 'PendingImport' })
})

test('tokens belong to one key, end after a day and are forgotten later', async () => {
  const KeyId = await kms.key({ Origin: 'EXTERNAL' })
  const other = await kms.key({ Origin: 'EXTERNAL' })
  const input = { ...(await wrapped(KeyId, randomBytes(32))), ...forEver }
  const invalid = { code: 'InvalidImportTokenException' }
  await expect(kms.do('ImportKeyMaterial', { ...input, KeyId: other })).rejects.toMatchObject(invalid)
  await expect(kms.do('ImportKeyMaterial', { ...input, ImportToken: randomBytes(256) })).rejects.toMatchObject(invalid)
  kms.clock.advanceTo(kms.clock.now() + day + 1)
  await expect(kms.do('ImportKeyMaterial', input)).rejects.toMatchObject({ code: 'ExpiredImportTokenException' })
  kms.clock.advanceTo(kms.clock.now() + 8 * day)
  await kms.scheduler.runDue()
  await expect(kms.do('ImportKeyMaterial', input)).rejects.toMatchObject(invalid)
})

test('material that was not wrapped for the token, or is of another kind, is refused and changes nothing', async () => {
  const KeyId = await kms.key({ Origin: 'EXTERNAL' })
  const input = { ...(await wrapped(KeyId, randomBytes(31))), ...forEver }
  await expect(kms.do('ImportKeyMaterial', input)).rejects.toMatchObject({ code: 'IncorrectKeyMaterialException' })
  await expect(kms.do('ImportKeyMaterial', { ...input, EncryptedKeyMaterial: randomBytes(256) })).rejects.toMatchObject(
    { code: 'InvalidCiphertextException' },
  )
  expect(await metadata(KeyId)).toMatchObject({ KeyState: 'PendingImport' })
  const own = await kms.key()
  await expect(
    kms.do('GetParametersForImport', {
      KeyId: own,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    }),
  ).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
    text: `${arnOf(own)} origin is AWS_KMS which is not valid for this operation.`,
  })
})

test.each([
  ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_256', 'RSASSA_PSS_SHA_256'],
  ['RSA_2048', 'RSA_AES_KEY_WRAP_SHA_1', 'RSASSA_PKCS1_V1_5_SHA_256'],
  ['ECC_NIST_P256', 'RSAES_OAEP_SHA_1', 'ECDSA_SHA_256'],
  ['ECC_SECG_P256K1', 'RSAES_OAEP_SHA_256', 'ECDSA_SHA_256'],
  ['ECC_NIST_P521', 'RSA_AES_KEY_WRAP_SHA_256', 'ECDSA_SHA_512'],
] as const)('a private key of %s comes wrapped by %s', async (KeySpec, algorithm, SigningAlgorithm) => {
  const curves = { ECC_NIST_P256: 'P-256', ECC_SECG_P256K1: 'secp256k1', ECC_NIST_P521: 'P-521' } as const
  const { privateKey, publicKey } =
    KeySpec === 'RSA_2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: curves[KeySpec] })
  const KeyId = await kms.key({ Origin: 'EXTERNAL', KeySpec, KeyUsage: 'SIGN_VERIFY' })
  const input = await wrapped(KeyId, privateKey.export({ format: 'der', type: 'pkcs8' }), algorithm)
  expect(await kms.do('ImportKeyMaterial', { ...input, ...forEver })).toEqual({ KeyId: arnOf(KeyId) })
  const read = await kms.do('GetPublicKey', { KeyId })
  expect(Buffer.from(read.PublicKey as Uint8Array)).toEqual(publicKey.export({ format: 'der', type: 'spki' }))
  const signed = { KeyId, SigningAlgorithm, Message: secretOf('x') }
  const { Signature } = await kms.do('Sign', signed)
  expect((await kms.do('Verify', { ...signed, Signature: Signature as Uint8Array })).SignatureValid).toBe(true)
})

test('new material waits for a rotation on demand, one at a time', async () => {
  const KeyId = await kms.key({ Origin: 'EXTERNAL' })
  const first = await load(KeyId, randomBytes(32))
  const sealed = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('first') })
  const none = `No available key material pending rotation for the key: ${arnOf(KeyId)}.`
  await expect(kms.do('RotateKeyOnDemand', { KeyId })).rejects.toMatchObject({ text: none })
  const bytes = randomBytes(32)
  const second = await load(KeyId, bytes, {
    ...forEver,
    ImportType: 'NEW_KEY_MATERIAL',
    KeyMaterialDescription: 'next',
  })
  expect((await metadata(KeyId))?.CurrentKeyMaterialId).toBe(first.KeyMaterialId)
  await expect(load(KeyId, randomBytes(32), { ...forEver, ImportType: 'NEW_KEY_MATERIAL' })).rejects.toMatchObject({
    code: 'KMSInvalidStateException',
    text: expect.stringMatching(
      `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${arnOf(KeyId)}, because another key material \\(id: ${second.KeyMaterialId}\\) is pending rotation.$`,
    ) as string,
  })
  const listed = await kms.do('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
  expect(listed.Rotations).toMatchObject([
    { KeyMaterialId: first.KeyMaterialId, KeyMaterialState: 'CURRENT', ImportState: 'IMPORTED' },
    { KeyMaterialId: second.KeyMaterialId, KeyMaterialState: 'PENDING_ROTATION', KeyMaterialDescription: 'next' },
  ])
  await kms.do('RotateKeyOnDemand', { KeyId })
  expect((await metadata(KeyId))?.CurrentKeyMaterialId).toBe(second.KeyMaterialId)
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob: sealed.CiphertextBlob })).Plaintext)).toBe('first')
  await kms.do('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: first.KeyMaterialId })
  expect(await metadata(KeyId)).toMatchObject({ KeyState: 'PendingImport' })
})
