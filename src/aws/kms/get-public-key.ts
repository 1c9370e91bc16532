import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled } from './key-state.ts'
import { publicKeyOf } from './material.ts'
import { noPublicKey } from './messages.ts'
import { algorithmMembers, legacySpec } from './metadata.ts'
import { operation } from './operation.ts'
import { isAsymmetric } from './key-specs.ts'

/** The public half of an asymmetric key, with what it is for. */
export const getPublicKey = operation('GetPublicKey', {
  on: key,
  conditions: (input) => ({ 'kms:RequestAlias': requestAlias(input.KeyId) }),
  async handle(_input, record, { tx }) {
    checkEnabled(record)
    if (!isAsymmetric(record.spec)) throw noPublicKey(arnOf(record), record.spec)
    const publicKey = await publicKeyOf(tx, record)
    return {
      KeyId: arnOf(record),
      PublicKey: publicKey.export({ format: 'der', type: 'spki' }),
      CustomerMasterKeySpec: legacySpec(record.spec),
      KeySpec: record.spec,
      KeyUsage: record.usage,
      ...algorithmMembers(record),
    }
  },
})
