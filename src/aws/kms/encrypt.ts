import { encryptUnder } from './cipher.ts'
import { contextConditions } from './encryption-context.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { noteUse } from './usage.ts'

/** Encrypts up to 4096 bytes under a key. */
export const encrypt = operation('Encrypt', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    ...contextConditions(input.EncryptionContext),
    'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT'
    checkEnabled(record)
    checkUse(record, 'ENCRYPT_DECRYPT', 'Encrypt', algorithm)
    const cipher = { operation: 'Encrypt', algorithm, context: input.EncryptionContext }
    const { ciphertext } = await encryptUnder(context, record, cipher, input.Plaintext.reveal())
    if (input.DryRun) throw wouldSucceed()
    noteUse(context, record, 'Encrypt')
    return { CiphertextBlob: ciphertext, KeyId: arnOf(record), EncryptionAlgorithm: algorithm }
  },
})
