import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { expect, test } from 'vitest'
import { agree, peerKey } from './agreement.ts'
import { type KeyKindName, keyKinds, publicKeyOf } from './kinds.ts'
import { isMac, mac } from './mac.ts'
import { rsaEncryption } from './rsa-encryption.ts'

const names = Object.keys(keyKinds) as KeyKindName[]
const slow: readonly KeyKindName[] = ['rsa-3072', 'rsa-4096']

test.each(names.filter((name) => !slow.includes(name)))(
  '%s: what is generated is accepted, by its own kind alone',
  async (name) => {
    const material = await keyKinds[name].generate()
    expect(keyKinds[name].accept(material)).toEqual(material)
    const object = keyKinds[name].load(material)
    expect(object.type).toBe(keyKinds[name].form)
    const likeIt = names.filter((other) => keyKinds[other].form === keyKinds[name].form)
    const others = likeIt.filter((other) => keyKinds[other].accept(material) !== undefined)
    const sameLength = name === 'aes-256' || name === 'hmac-256' ? ['aes-256', 'hmac-256'] : [name]
    expect(others).toEqual(sameLength)
    expect(keyKinds[name].accept(material.subarray(1))).toBeUndefined()
    expect(keyKinds[name].accept(Buffer.concat([material, Buffer.from([0])]))).toBeUndefined()
  },
)

/** A DER value with a length of two bytes. */
function long(tag: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 0xff]), body])
}

test('ML-DSA without its seed is not taken, though Node can read it', () => {
  const { secretKey } = ml_dsa44.keygen()
  const head = Buffer.from('020100300b0609608648016503040311', 'hex')
  const material = long(0x30, Buffer.concat([head, long(0x04, long(0x04, secretKey))]))
  const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' })
  expect(key.asymmetricKeyType).toBe('ml-dsa-44')
  expect(keyKinds['ml-dsa-44'].accept(material)).toBeUndefined()
})

test('a public key reads back as the one of its private key', async () => {
  const key = keyKinds['p-256'].load(await keyKinds['p-256'].generate())
  const read = createPublicKey({ key: publicKeyOf(key), format: 'der', type: 'spki' })
  expect(read.equals(createPublicKey(key as never))).toBe(true)
})

test('two sides agree on a secret, on one curve only', async () => {
  const own = keyKinds['p-384'].load(await keyKinds['p-384'].generate())
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const peer = peerKey(own, publicKey.export({ format: 'der', type: 'spki' }))
  if (!peer) throw new Error('the key is on the curve')
  const back = peerKey(privateKey, publicKeyOf(own))
  if (!back) throw new Error('the key is on the curve')
  const secret = await agree(own, peer)
  expect(secret).toHaveLength(48)
  expect(await agree(privateKey, back)).toEqual(secret)
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' })
  expect(peerKey(own, other)).toBeUndefined()
  expect(peerKey(own, randomBytes(120))).toBeUndefined()
})

test('OAEP carries as much as it says and not a byte more', async () => {
  const key = keyKinds['rsa-2048'].load(await keyKinds['rsa-2048'].generate())
  const publicKey = createPublicKey(key as never)
  for (const [name, longest] of [
    ['rsa-oaep-sha1', 214],
    ['rsa-oaep-sha256', 190],
  ] as const) {
    const algorithm = rsaEncryption[name]
    expect(algorithm.longest(2048)).toBe(longest)
    const plaintext = randomBytes(longest)
    const ciphertext = algorithm.encrypt(publicKey, plaintext)
    expect(await algorithm.decrypt(key, ciphertext)).toEqual(plaintext)
    expect(() => algorithm.encrypt(publicKey, randomBytes(longest + 1))).toThrow()
    ciphertext[0] = (ciphertext[0] as number) ^ 1
    expect(await algorithm.decrypt(key, ciphertext)).toBeUndefined()
    expect(await algorithm.decrypt(key, randomBytes(10))).toBeUndefined()
  }
  const other = rsaEncryption['rsa-oaep-sha1'].encrypt(publicKey, Buffer.from('x'))
  expect(await rsaEncryption['rsa-oaep-sha256'].decrypt(key, other)).toBeUndefined()
})

test('HMAC gives the code of RFC 4231, test case 2 (key of 4 bytes), and takes no part of it', () => {
  const key = keyKinds['hmac-256'].load(Buffer.from('Jefe'))
  const message = Buffer.from('what do ya want for nothing?')
  const code = mac('sha256', key, message)
  expect(code.toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  expect(isMac('sha256', key, message, code)).toBe(true)
  expect(isMac('sha256', key, message, code.subarray(0, 16))).toBe(false)
  expect(isMac('sha256', key, Buffer.from('else'), code)).toBe(false)
})
