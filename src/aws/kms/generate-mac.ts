import { mac } from '../../keys/mac.ts'
import { macAlgorithms } from './algorithms.ts'
import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { currentKeyOf } from './material.ts'
import { wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { noteUse } from './usage.ts'

/** The HMAC of a message of up to 4096 bytes. */
export const generateMac = operation('GenerateMac', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:MacAlgorithm': input.MacAlgorithm,
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    checkEnabled(record)
    checkUse(record, 'GENERATE_VERIFY_MAC', 'GenerateMac', input.MacAlgorithm)
    if (input.DryRun) throw wouldSucceed()
    const secret = await currentKeyOf(context.tx, record)
    const code = mac(macAlgorithms[input.MacAlgorithm], secret, input.Message.reveal())
    noteUse(context, record, 'GenerateMac')
    return { KeyId: arnOf(record), Mac: code, MacAlgorithm: input.MacAlgorithm }
  },
})
