import { isMac } from '../../keys/mac.ts'
import { macAlgorithms } from './algorithms.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { currentKeyOf } from './material.ts'
import { invalidMac, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { noteUse } from './usage.ts'

/** Checks the HMAC of a message; one that is not valid is refused, never answered with `false`. */
export const verifyMac = operation('VerifyMac', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:MacAlgorithm': input.MacAlgorithm,
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    checkEnabled(record)
    checkUse(record, 'GENERATE_VERIFY_MAC', 'VerifyMac', input.MacAlgorithm)
    if (input.DryRun) throw wouldSucceed()
    const secret = await currentKeyOf(context.tx, record)
    if (!isMac(macAlgorithms[input.MacAlgorithm], secret, input.Message.reveal(), input.Mac)) throw invalidMac()
    noteUse(context, record, 'VerifyMac')
    return { KeyId: arnOf(record), MacValid: true, MacAlgorithm: input.MacAlgorithm }
  },
})
