import { Secret } from '../../base/secret.ts'
import { keyKinds, publicKeyOf } from '../../keys/kinds.ts'
import type { GenerateDataKeyPairRequest, GenerateDataKeyPairWithoutPlaintextRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { contextConditions } from './encryption-context.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { keySpecs } from './key-specs.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { attestationUnsupported, originNotValid, specNotSupported, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'
import { encryptSymmetric } from './symmetric.ts'
import { orThrottle } from './throttle.ts'
import { noteUse } from './usage.ts'

type Request = GenerateDataKeyPairRequest | GenerateDataKeyPairWithoutPlaintextRequest

const declaration = {
  on: key,
  readOnly: true,
  conditions: (input: Request) => ({
    ...contextConditions(input.EncryptionContext),
    'kms:DataKeyPairSpec': input.KeyPairSpec,
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
} as const

/** Makes a key pair for use outside: the private half in plaintext and encrypted. */
export const generateDataKeyPair = operation('GenerateDataKeyPair', {
  ...declaration,
  async handle(input, record, context) {
    if (input.Recipient) throw attestationUnsupported()
    const { privateKey, ...answer } = await generate(input, record, context, 'GenerateDataKeyPair')
    return { ...answer, PrivateKeyPlaintext: new Secret(privateKey) }
  },
})

/** As `GenerateDataKeyPair`, without the private half in plaintext. */
export const generateDataKeyPairWithoutPlaintext = operation('GenerateDataKeyPairWithoutPlaintext', {
  ...declaration,
  async handle(input, record, context) {
    const { privateKey, ...answer } = await generate(input, record, context, 'GenerateDataKeyPairWithoutPlaintext')
    privateKey.fill(0)
    return answer
  },
})

type Action = 'GenerateDataKeyPair' | 'GenerateDataKeyPairWithoutPlaintext'

async function generate(input: Request, record: KeyRecord, context: Context, action: Action) {
  checkEnabled(record)
  checkUse(record, 'ENCRYPT_DECRYPT', action, 'SYMMETRIC_DEFAULT')
  if (record.customStore) throw originNotValid(arnOf(record), record.origin)
  const spec = keySpecs[input.KeyPairSpec]
  if (!spec) throw specNotSupported(input.KeyPairSpec)
  if (input.DryRun) throw wouldSucceed()
  const kind = keyKinds[spec.kind]
  const use = { operation: action, context: input.EncryptionContext }
  const privateKey = await orThrottle(kind.generate())
  const { ciphertext, materialId } = await encryptSymmetric(context, record, use, privateKey)
  noteUse(context, record, action)
  return {
    PrivateKeyCiphertextBlob: ciphertext,
    PublicKey: publicKeyOf(kind.load(privateKey)),
    KeyId: arnOf(record),
    KeyPairSpec: input.KeyPairSpec,
    KeyMaterialId: materialId,
    privateKey,
  }
}
