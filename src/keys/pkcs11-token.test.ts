import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPkcs11Token } from './pkcs11-token.ts'
import { makeToken, softHsmModule } from './softhsm.test-support.ts'

const module = softHsmModule()
const pin = 'pin-of-the-test'
const associated = Buffer.from('bound')

test('a module that is not there is an absent token', async () => {
  const token = openPkcs11Token({ module: '/nowhere/lib.so', token: 'any' })
  await expect(token.check(pin)).rejects.toMatchObject({ kind: 'absent' })
  await token.close()
})

describe.skipIf(module === undefined)('with SoftHSM', () => {
  let files: { remove(): void }
  let token: ReturnType<typeof openPkcs11Token>
  beforeAll(() => {
    files = makeToken('keyturn', pin)
    token = openPkcs11Token({ module: module as string, token: 'keyturn' })
  })
  afterAll(async () => {
    await token.close()
    files.remove()
  })

  test('a key is made once, encrypts, decrypts, and is destroyed', async () => {
    await token.generate(pin, 'one')
    const plaintext = Buffer.from('a plaintext')
    const sealed = await token.encrypt(pin, 'one', plaintext, associated)
    expect(sealed.iv).toHaveLength(12)
    expect(sealed.tag).toHaveLength(16)
    expect(sealed.ciphertext).toHaveLength(plaintext.length)
    await token.generate(pin, 'one')
    expect(await token.decrypt(pin, 'one', sealed, associated)).toEqual(plaintext)
    expect(await token.decrypt(pin, 'one', sealed, Buffer.from('other'))).toBeUndefined()
    const altered = { ...sealed, tag: Buffer.alloc(16) }
    expect(await token.decrypt(pin, 'one', altered, associated)).toBeUndefined()
    expect(await token.decrypt(pin, 'one', sealed, associated)).toEqual(plaintext)
    await token.destroy(pin, 'one')
    await expect(token.decrypt(pin, 'one', sealed, associated)).rejects.toMatchObject({ kind: 'no-key' })
    await token.destroy(pin, 'one')
  })

  test('the token has a generator of its own', async () => {
    const [first, second] = [await token.random(pin, 32), await token.random(pin, 32)]
    expect(first).toHaveLength(32)
    expect(first).not.toEqual(second)
  })

  test('the password is asked for each time', async () => {
    await token.check(pin)
    await expect(token.check('wrong password')).rejects.toMatchObject({ kind: 'credentials' })
    await expect(token.encrypt('wrong password', 'one', Buffer.from('x'), associated)).rejects.toMatchObject({
      kind: 'credentials',
    })
    await token.check(pin)
  })

  test('a label that no token has is an absent token', async () => {
    const other = openPkcs11Token({ module: module as string, token: 'another' })
    await expect(other.check(pin)).rejects.toMatchObject({ kind: 'absent' })
    await other.close()
  })
})
