import type { Awaitable } from '../../store/store.ts'
import type { Finding } from '../operation.ts'
import type { EncryptionAlgorithmSpec } from '../models/kms.ts'
import { decryptAsymmetric, encryptAsymmetric } from './asymmetric.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import type { KeyRecord } from './records.ts'
import { type Decrypted, decryptSymmetric, encryptSymmetric, readCiphertext, type Use } from './symmetric.ts'

interface Cipher extends Use {
  readonly algorithm: EncryptionAlgorithmSpec
}

/** Encrypts under a key that was checked to be for it. */
export async function encryptUnder(
  finding: Finding,
  record: KeyRecord,
  cipher: Cipher,
  plaintext: Uint8Array,
): Promise<{ ciphertext: Buffer; materialId?: string }> {
  const { algorithm, context } = cipher
  if (algorithm === 'SYMMETRIC_DEFAULT') return encryptSymmetric(finding, record, cipher, plaintext)
  return { ciphertext: await encryptAsymmetric(finding.tx, record, algorithm, plaintext, context) }
}

/**
 * Decrypts under a key that may turn out to be the wrong one. A symmetric ciphertext says which key made it, so that a key
 * of whatever kind that did not is told to be incorrect before anything else about it.
 */
export function decryptUnder(
  finding: Finding,
  record: KeyRecord,
  cipher: Cipher,
  blob: Uint8Array,
): Awaitable<Decrypted> {
  const { algorithm, context, operation } = cipher
  checkEnabled(record)
  if (algorithm === 'SYMMETRIC_DEFAULT') return decryptSymmetric(finding, record, cipher, readCiphertext(blob))
  checkUse(record, 'ENCRYPT_DECRYPT', operation, algorithm)
  return decryptAsymmetric(finding.tx, record, algorithm, blob, context).then((plaintext) => ({ plaintext }))
}
