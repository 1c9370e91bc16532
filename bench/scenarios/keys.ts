import { jsonCall } from '../aws/signed-call.ts'
import { plaintextBytes, type World } from '../world/world.ts'
import { madeBy, type Scenario } from './scenario.ts'

const target = { of: 'cpu', least: 0.22, floor: 0.07 } as const

export const encrypt: Scenario = {
  name: 'kms Encrypt',
  about: '1 KB under one key',
  repeat: true,
  target,
  requests: madeBy(
    ({ users }) => users.encrypter,
    (_, { world }) => {
      const Plaintext = Buffer.from(crypto.getRandomValues(new Uint8Array(plaintextBytes))).toString('base64')
      return jsonCall('kms', 'Encrypt', { KeyId: world.keyId, Plaintext })
    },
  ),
}

export const decrypt: Scenario = {
  name: 'kms Decrypt',
  about: '1 KB under one key',
  repeat: true,
  target,
  requests: madeBy(
    ({ users }) => users.encrypter,
    (index, { world: { ciphertexts } }) =>
      jsonCall('kms', 'Decrypt', { CiphertextBlob: ciphertexts[index % ciphertexts.length] }),
  ),
}

export const decryptOld: Scenario = {
  name: 'kms Decrypt of 25 materials',
  about: '1 KB under the first material of a key that was rotated 24 times',
  repeat: true,
  target,
  requests: madeBy(
    ({ users }) => users.encrypter,
    (index, { world: { oldCiphertexts } }) =>
      jsonCall('kms', 'Decrypt', { CiphertextBlob: oldCiphertexts[index % oldCiphertexts.length] }),
  ),
}

function signing(kind: keyof World['signing'], title: string): readonly Scenario[] {
  const of = (operation: 'Sign' | 'Verify'): Scenario => ({
    name: `kms ${operation} ${title}`,
    about: '1 KB, hashed by the server',
    repeat: true,
    requests: madeBy(
      ({ users }) => users.signer,
      (_, { world }) => {
        const { keyId: KeyId, algorithm: SigningAlgorithm, message: Message, signature } = world.signing[kind]
        const input = { KeyId, SigningAlgorithm, Message }
        return jsonCall('kms', operation, operation === 'Sign' ? input : { ...input, Signature: signature })
      },
    ),
  })
  return [of('Sign'), of('Verify')]
}

/** Without targets: the primitive is most of it, and no two processors agree on how much. */
export const signatures: readonly Scenario[] = [...signing('p256', 'P-256'), ...signing('rsa', 'RSA-2048')]
