import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyKinds, type KeyKindName } from './kinds.ts'
import { type SignatureName, signatures } from './signatures.ts'

const kindsOf: Readonly<Record<SignatureName, readonly KeyKindName[]>> = {
  'rsa-pkcs1-sha256': ['rsa-2048'],
  'rsa-pkcs1-sha384': ['rsa-2048'],
  'rsa-pkcs1-sha512': ['rsa-2048'],
  'rsa-pss-sha256': ['rsa-2048'],
  'rsa-pss-sha384': ['rsa-2048'],
  'rsa-pss-sha512': ['rsa-2048'],
  'ecdsa-sha256': ['p-256', 'secp256k1'],
  'ecdsa-sha384': ['p-384'],
  'ecdsa-sha512': ['p-521'],
  ed25519: ['ed25519'],
  ed25519ph: ['ed25519'],
  'ml-dsa': ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
}

const made = new Map<KeyKindName, Promise<KeyObject>>()

function keyOf(kind: KeyKindName): Promise<KeyObject> {
  const known = made.get(kind) ?? keyKinds[kind].generate().then((bytes) => keyKinds[kind].load(bytes))
  made.set(kind, known)
  return known
}

function publicOf(key: KeyObject): KeyObject {
  return createPublicKey(key as never)
}

/** What an algorithm makes of a message before it signs, computed without the code under test. */
function digestOf(name: SignatureName, key: KeyObject, message: Uint8Array): Buffer {
  const digest = /sha\d+$/.exec(name)?.[0] ?? (name === 'ml-dsa' ? undefined : 'sha512')
  if (digest !== undefined) return createHash(digest).update(message).digest()
  const shake = (bytes: Uint8Array) => createHash('shake256', { outputLength: 64 }).update(bytes).digest()
  const { pub } = publicOf(key).export({ format: 'jwk' }) as { pub: string }
  return shake(Buffer.concat([shake(Buffer.from(pub, 'base64url')), Buffer.from([0, 0]), message]))
}

const message = Buffer.from('a message')
const cases = Object.entries(kindsOf).flatMap(([name, kinds]) =>
  kinds.map((kind) => [name as SignatureName, kind] as const),
)

test.each(cases)('%s under %s: message and digest give signatures that verify as each other', async (name, kind) => {
  const algorithm = signatures[name]
  const key = await keyOf(kind)
  const publicKey = publicOf(key)
  const forms = [
    ...(algorithm.takesMessages ? [{ message }] : []),
    ...(algorithm.digestLength === undefined ? [] : [{ digest: digestOf(name, key, message) }]),
  ]
  for (const signed of forms) {
    const signature = await algorithm.sign(key, kind, signed)
    for (const checked of forms) {
      expect(await algorithm.verify(publicKey, kind, checked, signature)).toBe(true)
    }
    const altered = Uint8Array.from(signature)
    altered[altered.length - 1] = (altered[altered.length - 1] as number) ^ 1
    const wrong = [altered, signature.subarray(0, -1), Buffer.concat([signature, Buffer.from([0])]), Buffer.from([1])]
    for (const checked of forms) {
      for (const bad of wrong) expect(await algorithm.verify(publicKey, kind, checked, bad)).toBe(false)
    }
    const other = forms.map((form) =>
      'message' in form ? { message: Buffer.from('another') } : { digest: Buffer.alloc(form.digest.length, 7) },
    )
    for (const checked of other) expect(await algorithm.verify(publicKey, kind, checked, signature)).toBe(false)
  }
})

test('a PSS signature with a salt of another length is refused in both forms', async () => {
  const key = await keyOf('rsa-2048')
  const signature = sign('sha256', message, { key, padding: 6, saltLength: 20 })
  const algorithm = signatures['rsa-pss-sha256']
  const digest = createHash('sha256').update(message).digest()
  expect(await algorithm.verify(publicOf(key), 'rsa-2048', { message }, signature)).toBe(false)
  expect(await algorithm.verify(publicOf(key), 'rsa-2048', { digest }, signature)).toBe(false)
})

test('Ed25519ph gives the signature of RFC 8032, 7.3', async () => {
  const seed = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'
  const key = createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
    format: 'der',
    type: 'pkcs8',
  })
  const digest = createHash('sha512').update('abc').digest()
  const signature = await signatures.ed25519ph.sign(key, 'ed25519', { digest })
  expect(Buffer.from(signature).toString('hex')).toBe(
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
      '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
  )
})
