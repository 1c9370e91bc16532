import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { openPkcs11Token } from '../../keys/pkcs11-token.ts'
import { makeToken, softHsmModule } from '../../keys/softhsm.test-support.ts'
import { type KeyToken, TokenFailure } from '../../keys/token.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

const password = 'password-of-kmsuser'
const cluster = 'cluster-1a23b4cdefg'

/** A token over keys in memory. */
function memoryToken(keys: Map<string, Buffer>): KeyToken {
  const keyOf = (given: string, label: string): Buffer => {
    if (given !== password) throw new TokenFailure('credentials')
    const key = keys.get(label)
    if (!key) throw new TokenFailure('no-key')
    return key
  }
  return {
    check: async (given) => {
      if (given !== password) throw new TokenFailure('credentials')
    },
    generate: async (_given, label) => {
      if (!keys.has(label)) keys.set(label, randomBytes(32))
    },
    async encrypt(given, label, plaintext, associated) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(given, label), iv).setAAD(associated)
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return { iv, ciphertext, tag: cipher.getAuthTag() }
    },
    async decrypt(given, label, { iv, ciphertext, tag }, associated) {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(given, label), iv).setAAD(associated).setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(ciphertext), decipher.final()])
      } catch {
        return undefined
      }
    },
    destroy: async (_given, label) => void keys.delete(label),
    random: async (_given, length) => Buffer.alloc(length, 7),
  }
}

let kms: Kms
let keys: Map<string, Buffer>
beforeEach(async () => {
  kms = await openKms()
  keys = new Map()
  Object.assign(kms.platform, { tokens: new Map([[cluster, memoryToken(keys)]]) })
})
afterEach(() => kms.close())

function create(KeyStorePassword = password) {
  return kms.do('CreateCustomKeyStore', {
    CustomKeyStoreName: 'hsm',
    CloudHsmClusterId: cluster,
    TrustAnchorCertificate: 'a certificate',
    KeyStorePassword: new Secret(KeyStorePassword),
  })
}

async function connected(): Promise<string> {
  const { CustomKeyStoreId } = await create()
  await kms.do('ConnectCustomKeyStore', { CustomKeyStoreId: CustomKeyStoreId as string })
  return CustomKeyStoreId as string
}

async function exercise(CustomKeyStoreId: string): Promise<string> {
  const { KeyMetadata } = await kms.do('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })
  expect(KeyMetadata).toMatchObject({
    KeyState: 'Enabled',
    Enabled: true,
    Origin: 'AWS_CLOUDHSM',
    CustomKeyStoreId,
    CloudHsmClusterId: cluster,
  })
  const KeyId = KeyMetadata?.KeyId as string
  const EncryptionContext = { a: 'b' }
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('hello'), EncryptionContext })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob, EncryptionContext })).Plaintext)).toBe('hello')
  const blob = Buffer.from(CiphertextBlob as Uint8Array)
  for (let at = 0; at < blob.length; at++) {
    const altered = Buffer.from(blob)
    altered[at] = (altered[at] as number) ^ 1
    await expect(kms.do('Decrypt', { CiphertextBlob: altered, EncryptionContext })).rejects.toMatchObject({
      code: 'InvalidCiphertextException',
    })
  }
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'InvalidCiphertextException' })
  return KeyId
}

test('keys are made on the token, used there and destroyed there', async () => {
  const CustomKeyStoreId = await connected()
  const KeyId = await exercise(CustomKeyStoreId)
  expect([...keys.keys()]).toEqual([`keyturn-${KeyId}`])
  const { DeletionDate } = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  kms.clock.advanceTo((DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  expect(keys.size).toBe(0)
  await kms.do('DisconnectCustomKeyStore', { CustomKeyStoreId })
  await kms.do('DeleteCustomKeyStore', { CustomKeyStoreId })
})

test('a key whose making was interrupted is made by the next worker', async () => {
  const CustomKeyStoreId = await connected()
  const broken = { ...memoryToken(keys), generate: () => Promise.reject(new TokenFailure('absent')) }
  Object.assign(kms.platform, { tokens: new Map([[cluster, broken]]) })
  await expect(kms.do('CreateKey', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })).rejects.toMatchObject({
    code: 'KMSInvalidStateException',
  })
  const [entry] = (await kms.do('ListKeys', {})).Keys ?? []
  const KeyId = entry?.KeyId as string
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.KeyState).toBe('Creating')
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })).rejects.toMatchObject({
    code: 'KMSInvalidStateException',
  })
  Object.assign(kms.platform, { tokens: new Map([[cluster, memoryToken(keys)]]) })
  kms.clock.advanceTo(kms.clock.now() + 61_000)
  await kms.scheduler.runDue()
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.KeyState).toBe('Enabled')
})

test('a password that the token does not take shows when the store is connected', async () => {
  const { CustomKeyStoreId } = await create('wrong-password')
  const id = { CustomKeyStoreId: CustomKeyStoreId as string }
  await kms.do('ConnectCustomKeyStore', id)
  expect((await kms.do('DescribeCustomKeyStores', id)).CustomKeyStores).toMatchObject([
    { ConnectionState: 'FAILED', ConnectionErrorCode: 'INVALID_CREDENTIALS', CloudHsmClusterId: cluster },
  ])
  await kms.do('DisconnectCustomKeyStore', id)
  await kms.do('UpdateCustomKeyStore', { ...id, KeyStorePassword: new Secret(password) })
  await kms.do('ConnectCustomKeyStore', id)
  expect((await kms.do('DescribeCustomKeyStores', id)).CustomKeyStores).toMatchObject([
    { ConnectionState: 'CONNECTED' },
  ])
})

test('without the token nothing works and nothing is lost', async () => {
  const CustomKeyStoreId = await connected()
  const KeyId = await exercise(CustomKeyStoreId)
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('kept') })
  const gone = memoryToken(keys)
  gone.decrypt = () => Promise.reject(new TokenFailure('absent'))
  Object.assign(kms.platform, { tokens: new Map([[cluster, gone]]) })
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'KMSInvalidStateException' })
  Object.assign(kms.platform, { tokens: new Map() })
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'KMSInvalidStateException' })
  Object.assign(kms.platform, { tokens: new Map([[cluster, memoryToken(keys)]]) })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob })).Plaintext)).toBe('kept')
})

test('random bytes come from the token where its store is named', async () => {
  const CustomKeyStoreId = await connected()
  const random = await kms.do('GenerateRandom', { NumberOfBytes: 5, CustomKeyStoreId })
  expect(random.Plaintext?.reveal()).toEqual(Buffer.alloc(5, 7))
  await kms.do('DisconnectCustomKeyStore', { CustomKeyStoreId })
  await expect(kms.do('GenerateRandom', { NumberOfBytes: 5, CustomKeyStoreId })).rejects.toMatchObject({
    code: 'CustomKeyStoreInvalidStateException',
  })
  await expect(
    kms.do('GenerateRandom', { NumberOfBytes: 5, CustomKeyStoreId: 'cks-1234567890abcdef0' }),
  ).rejects.toMatchObject({ code: 'CustomKeyStoreNotFoundException' })
})

test('a cluster belongs to one store', async () => {
  await create()
  await expect(create()).rejects.toMatchObject({ code: 'CustomKeyStoreNameInUseException' })
  await expect(
    kms.do('CreateCustomKeyStore', {
      CustomKeyStoreName: 'second',
      CloudHsmClusterId: cluster,
      TrustAnchorCertificate: 'a certificate',
      KeyStorePassword: new Secret(password),
    }),
  ).rejects.toMatchObject({ code: 'CloudHsmClusterInUseException' })
})

const module = softHsmModule()
describe.skipIf(module === undefined)('with SoftHSM', () => {
  test('the same, on a real token', async () => {
    const files = makeToken('kms', password)
    const token = openPkcs11Token({ module: module as string, token: 'kms' })
    try {
      Object.assign(kms.platform, { tokens: new Map([[cluster, token]]) })
      await exercise(await connected())
    } finally {
      await token.close()
      files.remove()
    }
  })
})
