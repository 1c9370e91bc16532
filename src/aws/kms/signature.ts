import { assert } from '../../base/assert.ts'
import { type Signable, type SignatureAlgorithm, signatures } from '../../keys/signatures.ts'
import type { SignRequest, VerifyRequest } from '../models/kms.ts'
import { signingAlgorithms } from './algorithms.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { algorithmMismatch, wrongDigestLength, wrongMessageType } from './messages.ts'
import type { KeyRecord } from './records.ts'

type Request = Pick<SignRequest | VerifyRequest, 'SigningAlgorithm' | 'MessageType' | 'Message'>

/** What a request to sign or to verify comes to, once key, algorithm and form of the message have been checked. */
export interface Signing {
  readonly algorithm: SignatureAlgorithm
  readonly what: Signable
}

export function readSigning(input: Request, record: KeyRecord, action: string): Signing {
  const { SigningAlgorithm: name, MessageType: type = 'RAW' } = input
  checkEnabled(record)
  checkUse(record, 'SIGN_VERIFY', action, name)
  if (name === 'SM2DSA') throw algorithmMismatch(name, record.spec)
  const algorithm = signatures[signingAlgorithms[name]]
  const message = input.Message.reveal()
  if (type === 'RAW') {
    if (!algorithm.takesMessages) throw wrongMessageType(type, name)
    return { algorithm, what: { message } }
  }
  const wanted = name === 'ML_DSA_SHAKE_256' ? 'EXTERNAL_MU' : 'DIGEST'
  if (type !== wanted || algorithm.digestLength === undefined) throw wrongMessageType(type, name)
  if (message.length !== algorithm.digestLength) throw wrongDigestLength(name)
  assert(message.length > 0, 'a digest has a length')
  return { algorithm, what: { digest: message } }
}
