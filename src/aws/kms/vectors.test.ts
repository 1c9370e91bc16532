import { createPrivateKey, createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { wrapKey } from '../../keys/key-wrap.ts'
import type { KeySpec, KeyUsageType } from '../models/kms.ts'
import { type Kms, openKms } from './kms.test-support.ts'

// Published vectors, through the API: their keys come in by import.

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

async function imported(KeySpec: KeySpec, KeyUsage: KeyUsageType, material: Uint8Array): Promise<string> {
  const KeyId = await kms.key({ Origin: 'EXTERNAL', KeySpec, KeyUsage })
  const parameters = await kms.do('GetParametersForImport', {
    KeyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  })
  const spki = Buffer.from(parameters.PublicKey?.reveal() as Uint8Array)
  await kms.do('ImportKeyMaterial', {
    KeyId,
    ImportToken: parameters.ImportToken as Uint8Array,
    EncryptedKeyMaterial: wrapKey(
      'rsa-oaep-sha256',
      createPublicKey({ key: spki, format: 'der', type: 'spki' }),
      material,
    ),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  })
  return KeyId
}

const hex = (text: string) => Buffer.from(text, 'hex')

test('HMAC: RFC 4868, 2.7.1, AUTH256-1 of PRF-HMAC-SHA-256', async () => {
  const KeyId = await imported('HMAC_256', 'GENERATE_VERIFY_MAC', Buffer.alloc(32, 0x0b))
  const { Mac } = await kms.do('GenerateMac', {
    KeyId,
    MacAlgorithm: 'HMAC_SHA_256',
    Message: new Secret(Buffer.from('Hi There')),
  })
  expect(Buffer.from(Mac as Uint8Array).toString('hex')).toBe(
    '198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7',
  )
})

test('Ed25519: RFC 8032, 7.1, test 2', async () => {
  const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'
  const material = hex(`302e020100300506032b657004220420${seed}`)
  const KeyId = await imported('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', material)
  const { Signature } = await kms.do('Sign', {
    KeyId,
    SigningAlgorithm: 'ED25519_SHA_512',
    Message: new Secret(hex('72')),
  })
  expect(Buffer.from(Signature as Uint8Array).toString('hex')).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
})

/** A private key of P-256 from its number and its point. */
function p256(d: string, x: string, y: string): Buffer {
  const part = (text: string) => hex(text).toString('base64url')
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: part(d), x: part(x), y: part(y) }, format: 'jwk' })
  return key.export({ format: 'der', type: 'pkcs8' })
}

/** A signature's two numbers in DER. */
function der(r: string, s: string): Buffer {
  const integer = (text: string) => {
    const bytes = Buffer.concat([
      Number.parseInt(text.slice(0, 2), 16) > 0x7f ? Buffer.alloc(1) : Buffer.alloc(0),
      hex(text),
    ])
    return Buffer.concat([Buffer.from([2, bytes.length]), bytes])
  }
  const body = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

test('ECDSA: RFC 6979, A.2.5, P-256 with SHA-256, of a message and of its digest', async () => {
  const KeyId = await imported(
    'ECC_NIST_P256',
    'SIGN_VERIFY',
    p256(
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
      '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    ),
  )
  const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716'
  const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'
  const digest = 'af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf'
  const base = { KeyId, SigningAlgorithm: 'ECDSA_SHA_256', Signature: der(r, s) } as const
  const forms = [
    { MessageType: 'RAW', Message: new Secret(Buffer.from('sample')) },
    { MessageType: 'DIGEST', Message: new Secret(hex(digest)) },
  ] as const
  for (const form of forms) {
    expect((await kms.do('Verify', { ...base, ...form })).SignatureValid).toBe(true)
    const forged = [der(s, r), der(r, r), Buffer.concat([base.Signature, Buffer.alloc(1)]), hex('3006020100020100')]
    for (const Signature of forged) {
      await expect(kms.do('Verify', { ...base, ...form, Signature })).rejects.toMatchObject({
        code: 'KMSInvalidSignatureException',
      })
    }
  }
})

test('ECDH: NIST CAVS, KAS ECC CDH primitive, P-256, first count', async () => {
  const KeyId = await imported(
    'ECC_NIST_P256',
    'KEY_AGREEMENT',
    p256(
      '7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534',
      'ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230',
      '28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141',
    ),
  )
  const part = (text: string) => hex(text).toString('base64url')
  const peer = createPublicKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: part('700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287'),
      y: part('db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac'),
    },
    format: 'jwk',
  })
  const { SharedSecret } = await kms.do('DeriveSharedSecret', {
    KeyId,
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: peer.export({ format: 'der', type: 'spki' }),
  })
  expect(Buffer.from(SharedSecret?.reveal() as Uint8Array).toString('hex')).toBe(
    '46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b',
  )
})
