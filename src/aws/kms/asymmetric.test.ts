import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { KeySpec, SigningAlgorithmSpec } from '../models/kms.ts'
import { keySpecs } from './key-specs.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

const arnOf = (id: string) => `arn:aws:kms:us-east-1:111111111111:key/${id}`

async function publicKeyOf(KeyId: string) {
  const { PublicKey } = await kms.do('GetPublicKey', { KeyId })
  return createPublicKey({ key: Buffer.from(PublicKey as Uint8Array), format: 'der', type: 'spki' })
}

const quickSigners: readonly KeySpec[] = [
  'RSA_2048',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'ML_DSA_65',
]

test.each(quickSigners)('%s signs and verifies with each of its algorithms', async (KeySpec) => {
  const KeyId = await kms.key({ KeySpec, KeyUsage: 'SIGN_VERIFY' })
  const algorithms = keySpecs[KeySpec]?.usages.SIGN_VERIFY ?? []
  expect(algorithms.length).toBeGreaterThan(0)
  for (const SigningAlgorithm of algorithms) {
    const ph = SigningAlgorithm === 'ED25519_PH_SHA_512'
    const Message = ph ? new Secret<Uint8Array>(randomBytes(64)) : secretOf('a message')
    const input = { KeyId, SigningAlgorithm, Message, MessageType: ph ? 'DIGEST' : 'RAW' } as const
    const signed = await kms.do('Sign', input)
    expect(signed).toMatchObject({ KeyId: arnOf(KeyId), SigningAlgorithm })
    const Signature = signed.Signature as Uint8Array
    expect(await kms.do('Verify', { ...input, Signature })).toEqual({
      KeyId: arnOf(KeyId),
      SignatureValid: true,
      SigningAlgorithm,
    })
    const other = ph ? new Secret<Uint8Array>(randomBytes(64)) : secretOf('another')
    await expect(kms.do('Verify', { ...input, Message: other, Signature })).rejects.toMatchObject({
      code: 'KMSInvalidSignatureException',
      text: undefined,
    })
  }
})

test('a digest is signed as its message is, and must have its length', async () => {
  const KeyId = await kms.key({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  const publicKey = await publicKeyOf(KeyId)
  const digest = createHash('sha256').update('a message').digest()
  const input = { KeyId, SigningAlgorithm: 'RSASSA_PSS_SHA_256', MessageType: 'DIGEST' } as const
  const { Signature } = await kms.do('Sign', { ...input, Message: new Secret(digest) })
  const pss = { key: publicKey, padding: 6, saltLength: 32 }
  expect(verify('sha256', Buffer.from('a message'), pss, Signature as Uint8Array)).toBe(true)
  const wrong = { code: 'ValidationException', text: 'Digest is invalid length for algorithm RSASSA_PSS_SHA_256.' }
  await expect(kms.do('Sign', { ...input, Message: secretOf('short') })).rejects.toMatchObject(wrong)
  await expect(
    kms.do('Verify', { ...input, Message: secretOf('short'), Signature: Signature as Uint8Array }),
  ).rejects.toMatchObject(wrong)
})

test('each algorithm takes the message types that it can', async () => {
  const edwards = await kms.key({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' })
  const lattice = await kms.key({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' })
  const curve = await kms.key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
  const Message = new Secret<Uint8Array>(randomBytes(64))
  const refused: [string, SigningAlgorithmSpec, 'RAW' | 'DIGEST' | 'EXTERNAL_MU'][] = [
    [edwards, 'ED25519_SHA_512', 'DIGEST'],
    [edwards, 'ED25519_PH_SHA_512', 'RAW'],
    [lattice, 'ML_DSA_SHAKE_256', 'DIGEST'],
    [curve, 'ECDSA_SHA_256', 'EXTERNAL_MU'],
  ]
  for (const [KeyId, SigningAlgorithm, MessageType] of refused) {
    await expect(kms.do('Sign', { KeyId, SigningAlgorithm, MessageType, Message })).rejects.toMatchObject({
      code: 'ValidationException',
    })
  }
  const mu = { KeyId: lattice, SigningAlgorithm: 'ML_DSA_SHAKE_256', MessageType: 'EXTERNAL_MU', Message } as const
  const { Signature } = await kms.do('Sign', mu)
  expect((await kms.do('Verify', { ...mu, Signature: Signature as Uint8Array })).SignatureValid).toBe(true)
})

test('RSA encrypts inside and outside, up to its limit', async () => {
  const KeyId = await kms.key({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
  const sealed = await kms.do('Encrypt', { KeyId, EncryptionAlgorithm, Plaintext: secretOf('inside') })
  const opened = await kms.do('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob: sealed.CiphertextBlob })
  expect(textOf(opened.Plaintext)).toBe('inside')
  expect(opened.KeyMaterialId).toBeUndefined()
  const outside = publicEncrypt(
    { key: await publicKeyOf(KeyId), oaepHash: 'sha256', padding: 4 },
    Buffer.from('outside'),
  )
  const read = await kms.do('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob: outside })
  expect(textOf(read.Plaintext)).toBe('outside')
  await expect(
    kms.do('Encrypt', { KeyId, EncryptionAlgorithm, Plaintext: secretOf('x'.repeat(191)) }),
  ).rejects.toMatchObject({
    code: 'ValidationException',
    text: 'Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.',
  })
  for (const CiphertextBlob of [randomBytes(256), randomBytes(10)]) {
    await expect(kms.do('Decrypt', { KeyId, EncryptionAlgorithm, CiphertextBlob })).rejects.toMatchObject({
      code: 'InvalidCiphertextException',
    })
  }
  await expect(kms.do('Decrypt', { EncryptionAlgorithm, CiphertextBlob: sealed.CiphertextBlob })).rejects.toMatchObject(
    { code: 'ValidationException' },
  )
  const symmetric = await kms.key()
  const moved = await kms.do('ReEncrypt', {
    CiphertextBlob: sealed.CiphertextBlob,
    SourceKeyId: KeyId,
    SourceEncryptionAlgorithm: EncryptionAlgorithm,
    DestinationKeyId: symmetric,
  })
  expect(moved).toMatchObject({ SourceEncryptionAlgorithm: EncryptionAlgorithm, KeyId: arnOf(symmetric) })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob: moved.CiphertextBlob })).Plaintext)).toBe('inside')
})

test('a key is for its usage and its algorithms only', async () => {
  const signing = await kms.key({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  const mac = await kms.key({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' })
  const Plaintext = secretOf('x')
  await expect(
    kms.do('Encrypt', { KeyId: signing, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256', Plaintext }),
  ).rejects.toMatchObject({
    code: 'InvalidKeyUsageException',
    text: `${arnOf(signing)} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
  })
  await expect(
    kms.do('GenerateMac', { KeyId: mac, MacAlgorithm: 'HMAC_SHA_256', Message: Plaintext }),
  ).rejects.toMatchObject({
    code: 'InvalidKeyUsageException',
    text: 'Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.',
  })
  await expect(kms.do('GenerateDataKey', { KeyId: mac, KeySpec: 'AES_256' })).rejects.toMatchObject({
    code: 'InvalidKeyUsageException',
  })
  await expect(kms.do('GetPublicKey', { KeyId: mac })).rejects.toMatchObject({ code: 'UnsupportedOperationException' })
})

test('a MAC is checked whole', async () => {
  const KeyId = await kms.key({ KeySpec: 'HMAC_512', KeyUsage: 'GENERATE_VERIFY_MAC' })
  const input = { KeyId, MacAlgorithm: 'HMAC_SHA_512', Message: secretOf('some important message') } as const
  const Mac = (await kms.do('GenerateMac', input)).Mac as Uint8Array
  expect(await kms.do('VerifyMac', { ...input, Mac })).toEqual({
    KeyId: arnOf(KeyId),
    MacValid: true,
    MacAlgorithm: 'HMAC_SHA_512',
  })
  for (const wrong of [Mac.subarray(0, 32), randomBytes(64)]) {
    await expect(kms.do('VerifyMac', { ...input, Mac: wrong })).rejects.toMatchObject({
      code: 'KMSInvalidMacException',
      text: undefined,
    })
  }
})

test('a shared secret is the one that the other side derives', async () => {
  const KeyId = await kms.key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const derived = await kms.do('DeriveSharedSecret', {
    KeyId,
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: publicKey.export({ format: 'der', type: 'spki' }),
  })
  const own = diffieHellman({ privateKey, publicKey: await publicKeyOf(KeyId) })
  expect(derived.SharedSecret?.reveal()).toEqual(own)
  expect(derived).toMatchObject({ KeyAgreementAlgorithm: 'ECDH', KeyOrigin: 'AWS_KMS' })
  await expect(
    kms.do('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: randomBytes(91) }),
  ).rejects.toMatchObject({ code: 'ValidationException', text: undefined })
})

test('a data key pair comes with its private half encrypted', async () => {
  const KeyId = await kms.key()
  const pair = await kms.do('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' })
  const opened = await kms.do('Decrypt', { CiphertextBlob: pair.PrivateKeyCiphertextBlob })
  expect(opened.Plaintext?.reveal()).toEqual(pair.PrivateKeyPlaintext?.reveal())
  const hidden = await kms.do('GenerateDataKeyPairWithoutPlaintext', { KeyId, KeyPairSpec: 'RSA_2048' })
  expect(hidden).not.toHaveProperty('PrivateKeyPlaintext')
  expect(hidden).toMatchObject({ KeyId: arnOf(KeyId), KeyPairSpec: 'RSA_2048' })
  await expect(kms.do('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'RSA_2048', DryRun: true })).rejects.toMatchObject({
    code: 'DryRunOperationException',
  })
  await expect(kms.do('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'SM2' })).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
  })
})
