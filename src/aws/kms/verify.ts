import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { kindOf, publicKeyOf } from './material.ts'
import { invalidSignature, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { readSigning } from './signature.ts'
import { orThrottle } from './throttle.ts'
import { noteUse } from './usage.ts'

/** Checks a signature; one that is not valid is refused, never answered with `false`. */
export const verify = operation('Verify', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:SigningAlgorithm': input.SigningAlgorithm,
    'kms:MessageType': input.MessageType ?? 'RAW',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, context) {
    const { algorithm, what } = readSigning(input, record, 'Verify')
    if (input.DryRun) throw wouldSucceed()
    const publicKey = await publicKeyOf(context.tx, record)
    const valid = await orThrottle(algorithm.verify(publicKey, kindOf(record), what, input.Signature))
    if (!valid) throw invalidSignature()
    noteUse(context, record, 'Verify')
    return { KeyId: arnOf(record), SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm }
  },
})
