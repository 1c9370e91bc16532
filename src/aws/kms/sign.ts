import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { currentKeyOf, kindOf } from './material.ts'
import { wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { readSigning } from './signature.ts'
import { orThrottle } from './throttle.ts'
import { noteUse } from './usage.ts'

/** Signs a message of up to 4096 bytes, or the digest of one of any length. */
export const sign = operation('Sign', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:SigningAlgorithm': input.SigningAlgorithm,
    'kms:MessageType': input.MessageType ?? 'RAW',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    const { algorithm, what } = readSigning(input, record, 'Sign')
    if (input.DryRun) throw wouldSucceed()
    const privateKey = await currentKeyOf(context.tx, record)
    const signature = await orThrottle(algorithm.sign(privateKey, kindOf(record), what))
    noteUse(context, record, 'Sign')
    return { KeyId: arnOf(record), Signature: signature, SigningAlgorithm: input.SigningAlgorithm }
  },
})
