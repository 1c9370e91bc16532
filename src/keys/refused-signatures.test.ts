import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign as nativeSign,
} from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type DigestName, digestLengths } from './digests.ts'
import type { KeyKindName } from './kinds.ts'
import { type SignatureName, signatures } from './signatures.ts'

const message = Buffer.from('a message')

/** Whether a signature of `message` is valid to whoever has the message, and to whoever has its digest. */
async function verdicts(name: SignatureName, kind: KeyKindName, key: KeyObject, signature: Uint8Array) {
  const algorithm = signatures[name]
  const hash = (Object.keys(digestLengths) as DigestName[]).find((each) => name.endsWith(each)) as DigestName
  const digest = createHash(hash).update(message).digest()
  expect(digest.length).toBe(algorithm.digestLength)
  return [
    await algorithm.verify(key, kind, { message }, signature),
    await algorithm.verify(key, kind, { digest }, signature),
  ]
}

const orders: Readonly<Record<string, bigint>> = {
  'p-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'p-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
}

function bytesOf(value: bigint): Buffer {
  const text = value.toString(16)
  const bytes = Buffer.from(text.padStart(text.length + (text.length % 2), '0'), 'hex')
  return (bytes[0] as number) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}

const integer = (bytes: Uint8Array) => Buffer.concat([Buffer.of(2, bytes.length), bytes])
const sequence = (...parts: readonly Uint8Array[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

function valuesOf(signature: Buffer): readonly [bigint, bigint] {
  const length = signature[3] as number
  const [r, s] = [signature.subarray(4, 4 + length), signature.subarray(6 + length)]
  return [BigInt(`0x${r.toString('hex')}`), BigInt(`0x${s.toString('hex')}`)]
}

describe.each([
  ['p-256', 'prime256v1', 'ecdsa-sha256'],
  ['p-384', 'secp384r1', 'ecdsa-sha384'],
  ['secp256k1', 'secp256k1', 'ecdsa-sha256'],
] as const)('ECDSA over %s', (kind, namedCurve, name) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  const order = orders[kind] as bigint
  const signed = async () => Buffer.from(await signatures[name].sign(privateKey, kind, { message }))

  test('the same signature in another encoding, or with values out of range, is refused', async () => {
    const signature = await signed()
    const [r, s] = valuesOf(signature)
    const [rs, ss] = [bytesOf(r), bytesOf(s)]
    expect(signature.equals(sequence(integer(rs), integer(ss)))).toBe(true)
    expect(await verdicts(name, kind, publicKey, signature)).toEqual([true, true])
    const body = Buffer.concat([integer(rs), integer(ss)])
    const altered: Readonly<Record<string, Buffer>> = {
      'a byte behind it': Buffer.concat([signature, Buffer.of(0)]),
      'a byte within the sequence': sequence(body, Buffer.of(0)),
      'a third integer': sequence(body, integer(Buffer.of(0))),
      'a length in long form': Buffer.concat([Buffer.of(0x30, 0x81, body.length), body]),
      'an indefinite length': Buffer.concat([Buffer.of(0x30, 0x80), body, Buffer.of(0, 0)]),
      'a zero in front of r': sequence(integer(Buffer.concat([Buffer.of(0), rs])), integer(ss)),
      'a negative r': sequence(integer(bytesOf(order - r).map((byte) => byte ^ 0xff)), integer(ss)),
      'r of zero': sequence(integer(Buffer.of(0)), integer(ss)),
      's of zero': sequence(integer(rs), integer(Buffer.of(0))),
      'both zero': sequence(integer(Buffer.of(0)), integer(Buffer.of(0))),
      'r above the order': sequence(integer(bytesOf(r + order)), integer(ss)),
      's above the order': sequence(integer(rs), integer(bytesOf(s + order))),
      'r of the order': sequence(integer(bytesOf(order)), integer(ss)),
      's of the order': sequence(integer(rs), integer(bytesOf(order))),
      'an empty r': sequence(integer(Buffer.of()), integer(ss)),
      swapped: sequence(integer(ss), integer(rs)),
      'cut short': signature.subarray(0, -1),
      'no sequence': Buffer.concat([Buffer.of(0x31, body.length), body]),
      empty: Buffer.of(),
    }
    for (const [what, each] of Object.entries(altered))
      expect(await verdicts(name, kind, publicKey, each), what).toEqual([false, false])
  })

  test('the twin of a signature is valid, as ECDSA has it', async () => {
    const [r, s] = valuesOf(await signed())
    const twin = sequence(integer(bytesOf(r)), integer(bytesOf(order - s)))
    expect(await verdicts(name, kind, publicKey, twin)).toEqual([true, true])
  })
})

test('Ed25519: a second half above the order, another first half and other lengths are refused', async () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  for (const [name, what] of [
    ['ed25519', { message }],
    ['ed25519ph', { digest: createHash('sha512').update(message).digest() }],
  ] as const) {
    const algorithm = signatures[name]
    const signature = Buffer.from(await algorithm.sign(privateKey, 'ed25519', what))
    expect(await algorithm.verify(publicKey, 'ed25519', what, signature)).toBe(true)
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`)
    const above = Buffer.from((s + order).toString(16).padStart(64, '0'), 'hex').reverse()
    const altered = [
      Buffer.concat([signature.subarray(0, 32), above]),
      Buffer.concat([Buffer.alloc(32), signature.subarray(32)]),
      Buffer.concat([Buffer.of(1), Buffer.alloc(31), Buffer.alloc(32)]),
      Buffer.concat([signature, Buffer.of(0)]),
      signature.subarray(0, 63),
    ]
    for (const each of altered) expect(await algorithm.verify(publicKey, 'ed25519', what, each)).toBe(false)
  }
})

describe('RSA', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const digest = createHash('sha256').update(message).digest()
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const withoutNull = Buffer.from('302f300b06096086480165030402010420', 'hex')
  const ofSha1 = Buffer.from('3021300906052b0e03021a05000414', 'hex')
  const raw = (block: Buffer) => privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)
  const padded = (content: Buffer, start = Buffer.of(0, 1), filler = 0xff) => {
    const filling = Buffer.alloc(256 - start.length - 1 - content.length, filler)
    return Buffer.concat([start, filling, Buffer.of(0), content])
  }
  const whole = Buffer.concat([info, digest])

  test('PKCS #1 v1.5: only the one encoding of the digest is valid', async () => {
    const name = 'rsa-pkcs1-sha256'
    expect(await verdicts(name, 'rsa-2048', publicKey, raw(padded(whole)))).toEqual([true, true])
    const short = Buffer.concat([Buffer.of(0, 1), Buffer.alloc(8, 0xff), Buffer.of(0), whole])
    const altered: Readonly<Record<string, Buffer>> = {
      'short padding, and what nobody reads behind it': Buffer.concat([short, Buffer.alloc(256 - short.length, 7)]),
      'no NULL in the algorithm': padded(Buffer.concat([withoutNull, digest])),
      'the name of another hash': padded(Buffer.concat([ofSha1, digest.subarray(0, 20)])),
      'the bare digest': padded(digest),
      'padding of encryption': padded(whole, Buffer.of(0, 2), 0x55),
      'padding of zeros': padded(whole, Buffer.of(0, 1), 0),
      'another first byte': padded(whole, Buffer.of(1, 1)),
      'something behind the digest': padded(Buffer.concat([whole, Buffer.of(0)])),
    }
    for (const [what, block] of Object.entries(altered))
      expect(await verdicts(name, 'rsa-2048', publicKey, raw(block)), what).toEqual([false, false])
  })

  test('a signature of another length, and one that the modulus was added to, is refused', async () => {
    for (const name of ['rsa-pkcs1-sha256', 'rsa-pss-sha256'] as const) {
      const signature = Buffer.from(await signatures[name].sign(privateKey, 'rsa-2048', { message }))
      expect(await verdicts(name, 'rsa-2048', publicKey, signature)).toEqual([true, true])
      const n = createPublicKey(privateKey as never).export({ format: 'jwk' }).n as string
      const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)
      const sum = (BigInt(`0x${signature.toString('hex')}`) + modulus).toString(16)
      const larger = Buffer.from(sum.padStart(sum.length + (sum.length % 2), '0'), 'hex')
      const altered = [
        larger,
        Buffer.concat([Buffer.of(0), signature]),
        Buffer.concat([signature, Buffer.of(0)]),
        signature.subarray(1),
        Buffer.alloc(256),
        Buffer.of(),
      ]
      for (const each of altered) expect(await verdicts(name, 'rsa-2048', publicKey, each)).toEqual([false, false])
    }
  })

  test('PSS with a salt of another length is refused', async () => {
    for (const saltLength of [0, 20, 31, 33, 222]) {
      const signature = nativeSign('sha256', message, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength,
      })
      expect(await verdicts('rsa-pss-sha256', 'rsa-2048', publicKey, signature), `salt of ${saltLength}`).toEqual([
        false,
        false,
      ])
    }
  })
})
