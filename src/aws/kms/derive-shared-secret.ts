import { Secret } from '../../base/secret.ts'
import { agree, peerKey } from '../../keys/agreement.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { currentKeyOf } from './material.ts'
import { attestationUnsupported, invalidPublicKey, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { noteUse } from './usage.ts'

/** The raw secret that a key and somebody's public key agree on. */
export const deriveSharedSecret = operation('DeriveSharedSecret', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:KeyAgreementAlgorithm': input.KeyAgreementAlgorithm,
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    if (input.Recipient) throw attestationUnsupported()
    checkEnabled(record)
    checkUse(record, 'KEY_AGREEMENT', 'DeriveSharedSecret', input.KeyAgreementAlgorithm)
    const privateKey = await currentKeyOf(context.tx, record)
    const peer = peerKey(privateKey, input.PublicKey)
    if (!peer) throw invalidPublicKey()
    if (input.DryRun) throw wouldSucceed()
    const secret = await agree(privateKey, peer)
    noteUse(context, record, 'DeriveSharedSecret')
    return {
      KeyId: arnOf(record),
      SharedSecret: new Secret(secret),
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyOrigin: record.origin,
    }
  },
})
