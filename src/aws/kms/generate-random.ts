import { randomBytes } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import type { Finding } from '../operation.ts'
import { callersAccount } from './account.ts'
import { readStore } from './key-store.ts'
import { attestationUnsupported, keyStoreNotConnected, notForThisKey, numberOfBytesRequired } from './messages.ts'
import { operation } from './operation.ts'
import { orRefuse } from './store-cipher.ts'

/** Unpredictable bytes, on request from the token of a custom key store. */
export const generateRandom = operation('GenerateRandom', {
  on: callersAccount,
  readOnly: true,
  async handle(input, _record, context) {
    const { NumberOfBytes: length, CustomKeyStoreId: id } = input
    if (length === undefined) throw numberOfBytesRequired()
    if (input.Recipient) throw attestationUnsupported()
    const bytes = id === undefined ? randomBytes(length) : await fromStore(id, length, context)
    return { Plaintext: new Secret(bytes) }
  },
})

async function fromStore(id: string, length: number, finding: Finding): Promise<Buffer> {
  const { hsm, state } = await readStore(finding, id)
  if (!hsm) throw notForThisKey()
  const token = finding.platform.tokens?.get(hsm.clusterId)
  if (state !== 'CONNECTED' || !token) throw keyStoreNotConnected()
  return orRefuse(token.random(hsm.password, length))
}
