import { jsonCall } from '../aws/signed-call.ts'
import { plaintextBytes } from '../world/world.ts'
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
