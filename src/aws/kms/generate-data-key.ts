import { randomBytes } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import type { GenerateDataKeyRequest, GenerateDataKeyWithoutPlaintextRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { contextConditions } from './encryption-context.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { attestationUnsupported, dataKeyLengthRequired, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'
import { encryptSymmetric } from './symmetric.ts'
import { noteUse } from './usage.ts'

type Request = GenerateDataKeyRequest | GenerateDataKeyWithoutPlaintextRequest

const declaration = {
  on: key,
  readOnly: true,
  conditions: (input: Request) => ({
    ...contextConditions(input.EncryptionContext),
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
} as const

/** Makes a key for use outside, and gives it in plaintext and encrypted. */
export const generateDataKey = operation('GenerateDataKey', {
  ...declaration,
  async handle(input, record, context) {
    if (input.Recipient) throw attestationUnsupported()
    const { dataKey, ...answer } = await generate(input, record, context, 'GenerateDataKey')
    return { ...answer, Plaintext: new Secret(dataKey) }
  },
})

/** As `GenerateDataKey`, without the plaintext: for whoever stores a key that another will use. */
export const generateDataKeyWithoutPlaintext = operation('GenerateDataKeyWithoutPlaintext', {
  ...declaration,
  async handle(input, record, context) {
    const { dataKey, ...answer } = await generate(input, record, context, 'GenerateDataKeyWithoutPlaintext')
    dataKey.fill(0)
    return answer
  },
})

type Action = 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext'

const lengths = { AES_128: 16, AES_256: 32 } as const

async function generate(input: Request, record: KeyRecord, context: Context, action: Action) {
  const { KeySpec: spec, NumberOfBytes: count } = input
  if ((spec === undefined) === (count === undefined)) throw dataKeyLengthRequired()
  checkEnabled(record)
  checkUse(record, 'ENCRYPT_DECRYPT', action, 'SYMMETRIC_DEFAULT')
  if (input.DryRun) throw wouldSucceed()
  const use = { operation: action, context: input.EncryptionContext }
  const dataKey = randomBytes(spec === undefined ? (count ?? 0) : lengths[spec])
  const { ciphertext, materialId } = await encryptSymmetric(context, record, use, dataKey)
  noteUse(context, record, action)
  return { CiphertextBlob: ciphertext, KeyId: arnOf(record), KeyMaterialId: materialId, dataKey }
}
