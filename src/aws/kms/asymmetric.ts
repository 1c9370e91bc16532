import { rsaEncryption } from '../../keys/rsa-encryption.ts'
import type { Transaction } from '../../store/store.ts'
import type { EncryptionAlgorithmSpec } from '../models/kms.ts'
import { rsaAlgorithms } from './algorithms.ts'
import type { EncryptionContext } from './encryption-context.ts'
import { currentKeyOf, publicKeyOf } from './material.ts'
import { algorithmMismatch, contextNotSupported, invalidCiphertext, plaintextTooLong } from './messages.ts'
import type { KeyRecord } from './records.ts'

/** Encrypts to the public half of an RSA key. */
export async function encryptAsymmetric(
  tx: Transaction,
  record: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Promise<Buffer> {
  const { row, publicKey } = await prepare(tx, record, algorithm, context)
  const most = row.longest(publicKey.asymmetricKeyDetails?.modulusLength ?? 0)
  if (plaintext.length > most) throw plaintextTooLong(algorithm, record.spec, most)
  return row.encrypt(publicKey, plaintext)
}

export async function decryptAsymmetric(
  tx: Transaction,
  record: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  ciphertext: Uint8Array,
  context: EncryptionContext,
): Promise<Buffer> {
  const { row } = await prepare(tx, record, algorithm, context)
  const plaintext = await row.decrypt(await currentKeyOf(tx, record), ciphertext)
  if (!plaintext || plaintext.length === 0) throw invalidCiphertext()
  return plaintext
}

async function prepare(
  tx: Transaction,
  record: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  context: EncryptionContext,
) {
  if (algorithm === 'SYMMETRIC_DEFAULT' || algorithm === 'SM2PKE') throw algorithmMismatch(algorithm, record.spec)
  if (context && Object.keys(context).length > 0) throw contextNotSupported()
  return { row: rsaEncryption[rsaAlgorithms[algorithm]], publicKey: await publicKeyOf(tx, record) }
}
