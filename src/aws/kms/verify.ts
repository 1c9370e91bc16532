import { key, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { kindOf, publicKeyOf } from './material.ts'
import { invalidSignature, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import { orThrottle, readSigning } from './signature.ts'

/** Checks a signature; one that is not valid is refused, never answered with `false`. */
export const verify = operation('Verify', {
  on: key,
  readOnly: true,
  conditions: (input) => ({
    'kms:SigningAlgorithm': input.SigningAlgorithm,
    'kms:MessageType': input.MessageType ?? 'RAW',
    'kms:RequestAlias': requestAlias(input.KeyId),
  }),
  async handle(input, record, { tx }) {
    const { algorithm, what } = readSigning(input, record, 'Verify')
    if (input.DryRun) throw wouldSucceed()
    const publicKey = await publicKeyOf(tx, record)
    const valid = await orThrottle(algorithm.verify(publicKey, kindOf(record), what, input.Signature))
    if (!valid) throw invalidSignature()
    return { KeyId: arnOf(record), SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm }
  },
})
