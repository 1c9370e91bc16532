import type { Transaction } from '../../store/store.ts'
import { type Ciphertext, openCiphertext, parseCiphertext, sealCiphertext } from './ciphertext.ts'
import { boundContext, type EncryptionContext } from './encryption-context.ts'
import { findMaterial, keyObjectOf, readCurrentMaterial } from './material.ts'
import { incorrectKey, invalidCiphertext } from './messages.ts'
import type { KeyRecord } from './records.ts'

/** Encrypts under the current material of a symmetric key. */
export async function encryptSymmetric(
  tx: Transaction,
  record: KeyRecord,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Promise<{ ciphertext: Buffer; materialId: string }> {
  const bound = boundContext(context)
  const material = await readCurrentMaterial(tx, record)
  const origin = { account: record.account, keyId: record.id, materialId: material.id }
  const ciphertext = sealCiphertext(origin, keyObjectOf(material, record), plaintext, bound)
  return { ciphertext, materialId: material.id }
}

/** Decrypts with whichever material of the key made the ciphertext. */
export async function decryptSymmetric(
  tx: Transaction,
  record: KeyRecord,
  ciphertext: Ciphertext,
  context: EncryptionContext,
): Promise<{ plaintext: Buffer; materialId: string }> {
  if (ciphertext.account !== record.account || ciphertext.keyId !== record.id) throw incorrectKey()
  const bound = boundContext(context)
  const material = await findMaterial(tx, record, ciphertext.materialId)
  if (!material?.secret) throw invalidCiphertext()
  const plaintext = openCiphertext(ciphertext, keyObjectOf(material, record), bound)
  if (!plaintext) throw invalidCiphertext()
  return { plaintext, materialId: material.id }
}

/** The blob of a request, or the refusal of one that no key of ours made. */
export function readCiphertext(blob: Uint8Array): Ciphertext {
  const ciphertext = parseCiphertext(blob)
  if (!ciphertext) throw invalidCiphertext()
  return ciphertext
}
