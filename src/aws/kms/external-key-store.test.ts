import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { authority, otherAuthority } from '../sts/certificates.test-support.ts'
import type { KmsOperations } from '../models/kms.ts'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'
import { type FakeProxy, openProxy } from './xks-proxy.test-support.ts'

let kms: Kms
let proxy: FakeProxy
beforeEach(async () => {
  proxy = await openProxy()
  kms = await openKms()
  Object.assign(kms.platform, { xks: { port: proxy.port, ca: authority, timeoutMilliseconds: 2_000 } })
})
afterEach(async () => {
  await kms.close()
  await proxy.close()
})

type Creation = KmsOperations['CreateCustomKeyStore']['input']

function settings(more: Partial<Creation> = {}): Creation {
  return {
    CustomKeyStoreName: 'vault',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyUriEndpoint: 'https://localhost',
    XksProxyUriPath: '/tenant/kms/xks/v1',
    XksProxyAuthenticationCredential: {
      AccessKeyId: new Secret(proxy.accessKeyId),
      RawSecretAccessKey: new Secret(proxy.secret),
    },
    ...more,
  }
}

async function connected(): Promise<string> {
  const { CustomKeyStoreId } = await kms.do('CreateCustomKeyStore', settings())
  await kms.do('ConnectCustomKeyStore', { CustomKeyStoreId: CustomKeyStoreId as string })
  return CustomKeyStoreId as string
}

function keyIn(CustomKeyStoreId: string, XksKeyId = 'one') {
  return kms.key({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId })
}

test('a store is made, connected, described and taken apart again', async () => {
  const { CustomKeyStoreId } = await kms.do('CreateCustomKeyStore', settings())
  const id = { CustomKeyStoreId: CustomKeyStoreId as string }
  expect(CustomKeyStoreId).toMatch(/^cks-[0-9a-f]{17}$/)
  expect((await kms.do('DescribeCustomKeyStores', {})).CustomKeyStores).toMatchObject([
    { CustomKeyStoreName: 'vault', CustomKeyStoreType: 'EXTERNAL_KEY_STORE', ConnectionState: 'DISCONNECTED' },
  ])
  await kms.do('ConnectCustomKeyStore', id)
  const [store] = (await kms.do('DescribeCustomKeyStores', { CustomKeyStoreName: 'vault' })).CustomKeyStores ?? []
  expect(store).toMatchObject({
    ConnectionState: 'CONNECTED',
    XksProxyConfiguration: {
      Connectivity: 'PUBLIC_ENDPOINT',
      UriEndpoint: 'https://localhost',
      UriPath: '/tenant/kms/xks/v1',
    },
  })
  await expect(kms.do('DeleteCustomKeyStore', id)).rejects.toMatchObject({
    code: 'CustomKeyStoreInvalidStateException',
  })
  await kms.do('DisconnectCustomKeyStore', id)
  await expect(kms.do('DisconnectCustomKeyStore', id)).rejects.toMatchObject({
    code: 'CustomKeyStoreInvalidStateException',
  })
  await kms.do('DeleteCustomKeyStore', id)
  await expect(kms.do('DescribeCustomKeyStores', id)).rejects.toMatchObject({ code: 'CustomKeyStoreNotFoundException' })
  await kms.do('CreateCustomKeyStore', settings())
})

test('a key in a store encrypts twice: here, and behind the proxy', async () => {
  const CustomKeyStoreId = await connected()
  const KeyId = await keyIn(CustomKeyStoreId)
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({
    Origin: 'EXTERNAL_KEY_STORE',
    KeyState: 'Enabled',
    CustomKeyStoreId,
    XksKeyConfiguration: { Id: 'one' },
    CurrentKeyMaterialId: undefined,
  })
  const EncryptionContext = { for: 'x'.repeat(4000) }
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('hello'), EncryptionContext })
  const sent = proxy.requests.at(-1)
  expect(sent?.path).toBe('/tenant/kms/xks/v1/keys/one/encrypt')
  expect(sent?.body['requestMetadata']).toEqual({
    awsPrincipalArn: 'arn:aws:iam::111111111111:root',
    kmsKeyArn: `arn:aws:kms:us-east-1:111111111111:key/${KeyId}`,
    kmsOperation: 'Encrypt',
    kmsRequestId: expect.any(String) as string,
  })
  expect(Buffer.from(String(sent?.body['plaintext']), 'base64').toString()).not.toContain('hello')
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob, EncryptionContext })).Plaintext)).toBe('hello')
  await expect(kms.do('Decrypt', { CiphertextBlob })).rejects.toMatchObject({ code: 'KMSInvalidStateException' })
  const largest = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x'.repeat(4096)) })
  expect(largest.CiphertextBlob?.length).toBeLessThanOrEqual(6144)
  const moved = await kms.do('ReEncrypt', { CiphertextBlob: largest.CiphertextBlob, DestinationKeyId: await kms.key() })
  expect(textOf((await kms.do('Decrypt', { CiphertextBlob: moved.CiphertextBlob })).Plaintext)).toHaveLength(4096)
  const made = await kms.do('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })
  const opened = await kms.do('Decrypt', { CiphertextBlob: made.CiphertextBlob })
  expect(opened.Plaintext?.reveal()).toEqual(made.Plaintext?.reveal())
})

test('no altered ciphertext opens', async () => {
  const KeyId = await keyIn(await connected())
  const { CiphertextBlob } = await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
  const blob = Buffer.from(CiphertextBlob as Uint8Array)
  for (let at = 0; at < blob.length; at++) {
    const altered = Buffer.from(blob)
    altered[at] = (altered[at] as number) ^ 1
    await expect(kms.do('Decrypt', { CiphertextBlob: altered })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:InvalidCiphertext|KMSInvalidState)Exception$/) as string,
    })
  }
})

test('while its store is disconnected a key is unavailable', async () => {
  const CustomKeyStoreId = await connected()
  const KeyId = await keyIn(CustomKeyStoreId)
  await kms.do('DisconnectCustomKeyStore', { CustomKeyStoreId })
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata).toMatchObject({
    KeyState: 'Unavailable',
    Enabled: false,
  })
  await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })).rejects.toMatchObject({
    code: 'KMSInvalidStateException',
    text: expect.stringContaining('not connected') as string,
  })
  await expect(keyIn(CustomKeyStoreId, 'two')).rejects.toMatchObject({ code: 'CustomKeyStoreInvalidStateException' })
  await kms.do('ConnectCustomKeyStore', { CustomKeyStoreId })
  await kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })
})

test('each external key serves one key, and a store with keys stays', async () => {
  const CustomKeyStoreId = await connected()
  const KeyId = await keyIn(CustomKeyStoreId)
  await expect(keyIn(CustomKeyStoreId)).rejects.toMatchObject({ code: 'XksKeyAlreadyInUseException' })
  await expect(keyIn(CustomKeyStoreId, '..')).rejects.toMatchObject({ code: 'XksKeyInvalidConfigurationException' })
  await expect(keyIn(CustomKeyStoreId, 'none')).rejects.toMatchObject({ code: 'XksKeyNotFoundException' })
  proxy.spoil = (answer) => {
    answer['keyStatus'] = 'DISABLED'
  }
  await expect(keyIn(CustomKeyStoreId, 'two')).rejects.toMatchObject({ code: 'XksKeyInvalidConfigurationException' })
  proxy.spoil = undefined
  await expect(kms.do('DeleteCustomKeyStore', { CustomKeyStoreId })).rejects.toMatchObject({
    code: 'CustomKeyStoreHasCMKsException',
  })
  const { DeletionDate } = await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  kms.clock.advanceTo((DeletionDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  await keyIn(CustomKeyStoreId)
})

test('a store that cannot be reached or does not know the credential is not made', async () => {
  const credential = {
    AccessKeyId: new Secret(proxy.accessKeyId),
    RawSecretAccessKey: new Secret('x'.repeat(43)),
  }
  await expect(
    kms.do('CreateCustomKeyStore', settings({ XksProxyAuthenticationCredential: credential })),
  ).rejects.toMatchObject({ code: 'XksProxyIncorrectAuthenticationCredentialException' })
  proxy.next = { status: 404, body: '{"errorName":"InvalidUriPathException"}' }
  await expect(kms.do('CreateCustomKeyStore', settings())).rejects.toMatchObject({
    code: 'XksProxyInvalidConfigurationException',
  })
  for (const body of ['', '[]', 'x'.repeat(70_000), '{"ekmFleetDetails":[]}', '{"ekmFleetDetails":[null]']) {
    proxy.next = { status: 200, body }
    await expect(kms.do('CreateCustomKeyStore', settings())).rejects.toMatchObject({
      code: 'XksProxyInvalidResponseException',
    })
  }
  Object.assign(kms.platform, { xks: { port: proxy.port, ca: otherAuthority } })
  await expect(kms.do('CreateCustomKeyStore', settings())).rejects.toMatchObject({
    code: 'XksProxyUriUnreachableException',
    text: expect.stringContaining('TLS') as string,
  })
  Object.assign(kms.platform, { xks: { port: proxy.port, ca: authority, timeoutMilliseconds: 50 } })
  proxy.next = 'never'
  await expect(kms.do('CreateCustomKeyStore', settings())).rejects.toMatchObject({
    code: 'XksProxyUriUnreachableException',
    text: expect.stringContaining('in time') as string,
  })
  Object.assign(kms.platform, { xks: { port: proxy.port, ca: authority, hosts: ['elsewhere.test'] } })
  await expect(kms.do('CreateCustomKeyStore', settings())).rejects.toMatchObject({
    code: 'XksProxyUriUnreachableException',
  })
  expect((await kms.do('DescribeCustomKeyStores', {})).CustomKeyStores).toEqual([])
})

test('an answer whose parts do not fit together is not taken', async () => {
  const KeyId = await keyIn(await connected())
  const spoilt: ((answer: Record<string, unknown>) => void)[] = [
    (answer) => delete answer['authenticationTag'],
    (answer) => Object.assign(answer, { ciphertext: 'AAAA' }),
    (answer) => Object.assign(answer, { ciphertextMetadata: Buffer.alloc(21).toString('base64') }),
    (answer) => Object.assign(answer, { ciphertextDataIntegrityValue: Buffer.alloc(32).toString('base64') }),
    (answer) => Object.assign(answer, { initializationVector: 'AAAA' }),
  ]
  for (const spoil of spoilt) {
    proxy.spoil = spoil
    await expect(kms.do('Encrypt', { KeyId, Plaintext: secretOf('x') })).rejects.toMatchObject({
      code: 'KMSInvalidStateException',
      text: expect.stringContaining('cannot interpret the response') as string,
    })
  }
})

test('a failed connection says why, and is begun anew after a disconnection', async () => {
  const { CustomKeyStoreId } = await kms.do('CreateCustomKeyStore', settings())
  const id = { CustomKeyStoreId: CustomKeyStoreId as string }
  proxy.next = { status: 500, body: 'oops' }
  await kms.do('ConnectCustomKeyStore', id)
  expect((await kms.do('DescribeCustomKeyStores', id)).CustomKeyStores).toMatchObject([
    { ConnectionState: 'FAILED', ConnectionErrorCode: 'XKS_PROXY_INVALID_RESPONSE' },
  ])
  await expect(kms.do('ConnectCustomKeyStore', id)).rejects.toMatchObject({
    code: 'CustomKeyStoreInvalidStateException',
  })
  await kms.do('DisconnectCustomKeyStore', id)
  await kms.do('ConnectCustomKeyStore', id)
  const [store] = (await kms.do('DescribeCustomKeyStores', id)).CustomKeyStores ?? []
  expect(store).toMatchObject({ ConnectionState: 'CONNECTED' })
  expect(store?.ConnectionErrorCode).toBeUndefined()
})

test('settings change where the state of the store allows it', async () => {
  const CustomKeyStoreId = await connected()
  await kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, NewCustomKeyStoreName: 'renamed' })
  await expect(
    kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, XksProxyUriEndpoint: 'https://other.test' }),
  ).rejects.toMatchObject({ code: 'CustomKeyStoreInvalidStateException' })
  await expect(
    kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, CloudHsmClusterId: 'cluster-1a23b4cdefg' }),
  ).rejects.toMatchObject({ code: 'ValidationException' })
  const wrong = { AccessKeyId: new Secret(proxy.accessKeyId), RawSecretAccessKey: new Secret('y'.repeat(43)) }
  await expect(
    kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, XksProxyAuthenticationCredential: wrong }),
  ).rejects.toMatchObject({ code: 'XksProxyIncorrectAuthenticationCredentialException' })
  await kms.do(
    'CreateCustomKeyStore',
    settings({
      XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
      XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
      XksProxyUriPath: '/other/kms/xks/v1',
    }),
  )
  await expect(
    kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, NewCustomKeyStoreName: 'vault' }),
  ).rejects.toMatchObject({ code: 'CustomKeyStoreNameInUseException' })
  await expect(
    kms.do('UpdateCustomKeyStore', { CustomKeyStoreId, XksProxyUriPath: '/other/kms/xks/v1' }),
  ).rejects.toMatchObject({ code: 'XksProxyUriInUseException' })
  await expect(kms.do('CreateCustomKeyStore', settings({ CustomKeyStoreName: 'third' }))).rejects.toMatchObject({
    code: 'XksProxyUriInUseException',
  })
})

test('what cannot be in a store is refused', async () => {
  const CustomKeyStoreId = await connected()
  const base = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'two' } as const
  const refused: KmsOperations['CreateKey']['input'][] = [
    { ...base, MultiRegion: true },
    { ...base, KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'two' },
    { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId },
    { CustomKeyStoreId },
    { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId },
  ]
  for (const input of refused) {
    await expect(kms.do('CreateKey', input)).rejects.toMatchObject({ code: 'ValidationException' })
  }
  const KeyId = await keyIn(CustomKeyStoreId)
  for (const operation of ['EnableKeyRotation', 'RotateKeyOnDemand'] as const) {
    await expect(kms.do(operation, { KeyId })).rejects.toMatchObject({ code: 'UnsupportedOperationException' })
  }
  await expect(
    kms.do('CreateCustomKeyStore', {
      CustomKeyStoreName: 'hsm',
      CloudHsmClusterId: 'cluster-1a23b4cdefg',
      TrustAnchorCertificate: 'x',
      KeyStorePassword: new Secret('password'),
    }),
  ).rejects.toMatchObject({ code: 'CloudHsmClusterNotFoundException' })
})
