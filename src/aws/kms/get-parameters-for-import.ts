import { randomBytes } from 'node:crypto'
import { Secret } from '../../base/secret.ts'
import { toBase64 } from '../../base/bytes.ts'
import type { Transaction } from '../../store/store.ts'
import { keyKinds, publicKeyOf } from '../../keys/kinds.ts'
import type { AlgorithmSpec, KeySpec, WrappingKeySpec } from '../models/kms.ts'
import { type WrappingName } from '../../keys/key-wrap.ts'
import { ownKey } from './find-key.ts'
import { planImportEnd, tokenHash } from './import-token.ts'
import { arnOf } from './key.ts'
import { isAsymmetric } from './key-specs.ts'
import { checkState } from './key-state.ts'
import { busy, originNotValid, specNotSupported, wrappingNotSupported, wrappingNotValid } from './messages.ts'
import { operation } from './operation.ts'
import { importTable, type KeyRecord } from './records.ts'
import { orThrottle } from './throttle.ts'

const mostOutstanding = 200
const validMilliseconds = 24 * 3_600_000

const wrappingSpecs = { RSA_2048: 'rsa-2048', RSA_3072: 'rsa-3072', RSA_4096: 'rsa-4096' } as const

const algorithms: Readonly<Partial<Record<AlgorithmSpec, WrappingName>>> = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-sha256',
}

/** Gives out a fresh key to wrap material under, and the token that goes with it; both are good for a day. */
export const getParametersForImport = operation('GetParametersForImport', {
  on: ownKey,
  conditions: (input) => ({
    'kms:WrappingAlgorithm': input.WrappingAlgorithm,
    'kms:WrappingKeySpec': input.WrappingKeySpec,
  }),
  async handle({ WrappingAlgorithm: name, WrappingKeySpec: spec }, record, { tx, platform }) {
    if (record.origin !== 'EXTERNAL') throw originNotValid(arnOf(record), record.origin)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport')
    const algorithm = checkWrapping(name, spec, record.spec)
    if (spec === 'SM2') throw specNotSupported(spec)
    const kind = keyKinds[wrappingSpecs[spec]]
    await checkOutstanding(record, tx)
    const privateKey = await orThrottle(kind.generate())
    const token = randomBytes(256)
    const validTo = platform.clock.now() + validMilliseconds
    const { account, region, id } = record
    const stored = { algorithm, privateKey: toBase64(privateKey), validTo }
    importTable.put(tx, stored, account, region, id, tokenHash(token))
    planImportEnd(tx, record, tokenHash(token), validTo)
    const publicKey = publicKeyOf(kind.load(privateKey))
    privateKey.fill(0)
    return { KeyId: arnOf(record), ImportToken: token, PublicKey: new Secret(publicKey), ParametersValidTo: validTo }
  },
})

/** Each token keeps a key in the store until a week after it ends; AWS gives out one in four seconds. */
async function checkOutstanding({ account, region, id }: KeyRecord, tx: Transaction): Promise<void> {
  const rows = await importTable.range(tx, { under: [account, region, id], limit: mostOutstanding })
  if (rows.length >= mostOutstanding) throw busy()
}

/** API reference, GetParametersForImport, «WrappingAlgorithm»: RSA alone carries short material, RSA with AES private keys. */
function checkWrapping(name: AlgorithmSpec, spec: WrappingKeySpec, keySpec: KeySpec): WrappingName {
  const algorithm = algorithms[name]
  if (algorithm === undefined) throw wrappingNotSupported(name)
  const twoSteps = algorithm === 'rsa-aes-sha1' || algorithm === 'rsa-aes-sha256'
  const tooLong =
    keySpec.startsWith('RSA') || keySpec.startsWith('ML_DSA') || (keySpec === 'ECC_NIST_P521' && spec === 'RSA_2048')
  if (twoSteps ? !isAsymmetric(keySpec) : tooLong) throw wrappingNotValid(name, spec, keySpec)
  return algorithm
}
