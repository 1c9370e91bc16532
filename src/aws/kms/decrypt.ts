import { Secret } from '../../base/secret.ts'
import type { Awaitable } from '../../store/store.ts'
import type { DecryptRequest } from '../models/kms.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { decryptUnder } from './cipher.ts'
import { contextConditions } from './encryption-context.ts'
import { checkGrantTokens, findKey, findKeyOfCiphertext, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { attestationUnsupported, ciphertextRequired, keyIdRequired, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'
import { readCiphertext } from './symmetric.ts'
import { noteUse } from './usage.ts'

/** Decrypts what `Encrypt` and the data key operations gave out; a symmetric ciphertext says itself which key it needs. */
export const decrypt = operation('Decrypt', {
  on: keyOfRequest,
  readOnly: true,
  conditions: (input) => ({
    ...contextConditions(input.EncryptionContext),
    'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT'
    if (input.Recipient) throw attestationUnsupported()
    const { CiphertextBlob: blob } = input
    if (blob === undefined) {
      checkEnabled(record)
      checkUse(record, 'ENCRYPT_DECRYPT', 'Decrypt', algorithm)
      throw wouldSucceed()
    }
    const cipher = { operation: 'Decrypt', algorithm, context: input.EncryptionContext }
    const { plaintext, materialId } = await decryptUnder(context, record, cipher, blob)
    if (input.DryRun) throw wouldSucceed()
    noteUse(context, record, 'Decrypt')
    return {
      KeyId: arnOf(record),
      Plaintext: new Secret(plaintext),
      EncryptionAlgorithm: algorithm,
      KeyMaterialId: materialId,
    }
  },
})

function keyOfRequest(input: DecryptRequest, finding: Finding): Awaitable<Resource<KeyRecord>> {
  const { CiphertextBlob: blob, KeyId: keyId, EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT' } = input
  checkGrantTokens(input.GrantTokens)
  const withoutBlob = input.DryRun && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')
  if (blob === undefined && !withoutBlob) throw ciphertextRequired()
  if (keyId !== undefined) return findKey(keyId, finding)
  if (blob === undefined || algorithm !== 'SYMMETRIC_DEFAULT') throw keyIdRequired()
  return findKeyOfCiphertext(readCiphertext(blob), finding)
}
