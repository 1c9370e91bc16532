import type { Transaction } from '../../store/store.ts'
import type { EncryptionAlgorithmSpec } from '../models/kms.ts'
import { decryptAsymmetric, encryptAsymmetric } from './asymmetric.ts'
import type { EncryptionContext } from './encryption-context.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import type { KeyRecord } from './records.ts'
import { decryptSymmetric, encryptSymmetric, readCiphertext } from './symmetric.ts'

interface Cipher {
  readonly algorithm: EncryptionAlgorithmSpec
  readonly context: EncryptionContext
}

/** Encrypts under a key that was checked to be for it. */
export async function encryptUnder(
  tx: Transaction,
  record: KeyRecord,
  { algorithm, context }: Cipher,
  plaintext: Uint8Array,
): Promise<{ ciphertext: Buffer; materialId?: string }> {
  if (algorithm === 'SYMMETRIC_DEFAULT') return encryptSymmetric(tx, record, plaintext, context)
  return { ciphertext: await encryptAsymmetric(tx, record, algorithm, plaintext, context) }
}

/**
 * Decrypts under a key that may turn out to be the wrong one. A symmetric ciphertext says which key made it, so that a key
 * of whatever kind that did not is told to be incorrect before anything else about it.
 */
export async function decryptUnder(
  tx: Transaction,
  record: KeyRecord,
  { algorithm, context }: Cipher,
  blob: Uint8Array,
  action: string,
): Promise<{ plaintext: Buffer; materialId?: string }> {
  checkEnabled(record)
  if (algorithm === 'SYMMETRIC_DEFAULT') return decryptSymmetric(tx, record, readCiphertext(blob), context)
  checkUse(record, 'ENCRYPT_DECRYPT', action, algorithm)
  return { plaintext: await decryptAsymmetric(tx, record, algorithm, blob, context) }
}
