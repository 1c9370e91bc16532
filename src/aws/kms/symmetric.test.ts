import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

test('a ciphertext opens under its key and its context, in whichever order the context comes', async () => {
  const KeyId = await kms.key()
  const { CiphertextBlob, KeyId: arn } = await kms.do('Encrypt', {
    KeyId,
    Plaintext: secretOf('hello'),
    EncryptionContext: { a: '1', b: '2' },
  })
  expect(arn).toBe(`arn:aws:kms:us-east-1:111111111111:key/${KeyId}`)
  const opened = await kms.do('Decrypt', { CiphertextBlob, EncryptionContext: { b: '2', a: '1' } })
  expect(textOf(opened.Plaintext)).toBe('hello')
  expect(opened.KeyMaterialId).toMatch(/^[0-9a-f]{64}$/)
  for (const EncryptionContext of [undefined, { a: '1' }, { a: '1', b: '2', c: '' }, { a: '12', b: '' }]) {
    await expect(kms.do('Decrypt', { CiphertextBlob, EncryptionContext })).rejects.toMatchObject({
      code: 'InvalidCiphertextException',
      text: undefined,
    })
  }
})

test('a ciphertext that was altered, cut or extended at any place opens nothing', async () => {
  const KeyId = await kms.key()
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  const blob = Buffer.from(CiphertextBlob as Uint8Array)
  const altered = Array.from(blob, (byte, at) => {
    const copy = Buffer.from(blob)
    copy[at] = byte ^ 0x01
    return copy
  })
  const cut = Array.from(blob, (_byte, length) => blob.subarray(0, length)).slice(1)
  const extended = [Buffer.concat([blob, Buffer.from([0])]), Buffer.concat([Buffer.from([1]), blob])]
  for (const CiphertextBlob of [...altered, ...cut, ...extended]) {
    await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'InvalidCiphertextException' })
  }
})

test('the largest plaintext fits into the largest ciphertext', async () => {
  const KeyId = await kms.key({ MultiRegion: true })
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x'.repeat(4096)) })
  expect(CiphertextBlob?.length).toBeLessThanOrEqual(6144)
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob })).Plaintext)).toHaveLength(4096)
})

test('another key than the one that encrypted is the wrong one, whatever it is', async () => {
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId: await kms.key(), Plaintext: secretOf('x') })
  const others = [await kms.key(), await kms.key({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' })]
  for (const KeyId of others) {
    await expect(kms.do('Decrypt', { CiphertextBlob, KeyId })).rejects.toMatchObject({ code: 'IncorrectKeyException' })
  }
})

test('a ciphertext of another region or account is not ours', async () => {
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId: await kms.key(), Plaintext: secretOf('x') })
  await expect(kms.do('Decrypt', { CiphertextBlob }, { region: 'eu-west-1' })).rejects.toMatchObject({
    code: 'InvalidCiphertextException',
  })
  await expect(kms.do('Decrypt', { CiphertextBlob }, { as: kms.root('222222222222') })).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
})

test('a data key comes in plaintext and encrypted', async () => {
  const KeyId = await kms.key()
  const made = await kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_128', EncryptionContext: { for: 'me' } })
  expect(made.Plaintext?.reveal()).toHaveLength(16)
  const opened = await kms.do('Decrypt', { CiphertextBlob: made.CiphertextBlob, EncryptionContext: { for: 'me' } })
  expect(opened.Plaintext?.reveal()).toEqual(made.Plaintext?.reveal())
  expect(opened.KeyMaterialId).toBe(made.KeyMaterialId)
  const hidden = await kms.do('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 1024 })
  expect(hidden).not.toHaveProperty('Plaintext')
  const shown = await kms.do('Decrypt', { CiphertextBlob: hidden.CiphertextBlob })
  expect(shown.Plaintext?.reveal()).toHaveLength(1024)
  for (const input of [{ KeyId }, { KeyId, KeySpec: 'AES_256', NumberOfBytes: 32 } as const]) {
    await expect(kms.do('GenerateDataKey', input)).rejects.toMatchObject({
      code: 'ValidationException',
      text: 'Please specify either number of bytes or key spec.',
    })
  }
})

test('re-encryption moves a ciphertext to another key and another context', async () => {
  const source = await kms.key()
  const destination = await kms.key()
  const { CiphertextBlob } = await kms.do('Encrypt', {
    KeyId: source,
    Plaintext: secretOf('moved'),
    EncryptionContext: { at: 'first' },
  })
  const moved = await kms.do('ReEncrypt', {
    CiphertextBlob,
    SourceEncryptionContext: { at: 'first' },
    DestinationKeyId: destination,
    DestinationEncryptionContext: { at: 'second' },
  })
  expect(moved.SourceKeyId).toContain(source)
  expect(moved.KeyId).toContain(destination)
  const opened = await kms.do('Decrypt', { CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { at: 'second' } })
  expect(textOf(opened.Plaintext)).toBe('moved')
  await expect(
    kms.do('ReEncrypt', { CiphertextBlob, SourceKeyId: destination, DestinationKeyId: destination }),
  ).rejects.toMatchObject({ code: 'IncorrectKeyException' })
})

test('a dry run answers with an error where the request would have succeeded, and with its own where not', async () => {
  const KeyId = await kms.key()
  const Plaintext = secretOf('x')
  const dry = { code: 'DryRunOperationException' }
  await expect(kms.do('Encrypt', { KeyId, Plaintext, DryRun: true })).rejects.toMatchObject(dry)
  await expect(kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_256', DryRun: true })).rejects.toMatchObject(dry)
  await expect(
    kms.do('Decrypt', { KeyId, DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] }),
  ).rejects.toMatchObject(dry)
  await expect(kms.do('Decrypt', { CiphertextBlob: Buffer.alloc(200), KeyId, DryRun: true })).rejects.toMatchObject({
    code: 'InvalidCiphertextException',
  })
})
