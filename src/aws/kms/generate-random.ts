import { randomBytes } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import { callersAccount } from './account.ts'
import { attestationUnsupported, numberOfBytesRequired } from './messages.ts'
import { operation } from './operation.ts'

/** Unpredictable bytes. */
export const generateRandom = operation('GenerateRandom', {
  on: callersAccount,
  readOnly: true,
  async handle(input) {
    if (input.NumberOfBytes === undefined) throw numberOfBytesRequired()
    if (input.Recipient) throw attestationUnsupported()
    return { Plaintext: new Secret(randomBytes(input.NumberOfBytes)) }
  },
})
