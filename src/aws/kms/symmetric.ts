import type { Finding } from '../operation.ts'
import { type Ciphertext, openCiphertext, parseCiphertext, sealCiphertext } from './ciphertext.ts'
import { boundContext, type EncryptionContext } from './encryption-context.ts'
import { findMaterial, keyObjectOf, readCurrentMaterial } from './material.ts'
import { incorrectKey, invalidCiphertext } from './messages.ts'
import { type Awaitable, whenThere } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { KeyRecord } from './records.ts'
import { decryptInStore, encryptInStore } from './store-cipher.ts'

/** What a key is used for: the operation as AWS names it, and what it binds. */
export interface Use {
  readonly operation: string
  readonly context: EncryptionContext
}

export interface Decrypted {
  readonly plaintext: Buffer
  readonly materialId?: string
}

/** Encrypts under the current material of a symmetric key. */
export async function encryptSymmetric(
  finding: Finding,
  record: KeyRecord,
  use: Use,
  plaintext: Uint8Array,
): Promise<{ ciphertext: Buffer; materialId?: string }> {
  const bound = boundContext(use.context)
  if (record.customStore) return { ciphertext: await encryptInStore(finding, record, use.operation, plaintext, bound) }
  const material = await readCurrentMaterial(finding.tx, record)
  const origin = { account: record.account, keyId: record.id, materialId: material.id }
  const ciphertext = sealCiphertext(origin, keyObjectOf(material, record), plaintext, bound)
  return { ciphertext, materialId: material.id }
}

/** Decrypts with whichever material of the key made the ciphertext. */
export function decryptSymmetric(
  finding: Finding,
  record: KeyRecord,
  use: Use,
  ciphertext: Ciphertext,
): Awaitable<Decrypted> {
  if (ciphertext.account !== record.account || ciphertext.keyId !== record.id) throw incorrectKey()
  const bound = boundContext(use.context)
  if (record.customStore) {
    return decryptInStore(finding, record, use.operation, ciphertext, bound).then((plaintext) => ({ plaintext }))
  }
  return whenThere(findMaterial(finding.tx, record, ciphertext.materialId), (material) => {
    if (!material?.secret) throw invalidCiphertext()
    const plaintext = openCiphertext(ciphertext, keyObjectOf(material, record), bound)
    if (!plaintext) throw invalidCiphertext()
    return { plaintext, materialId: material.id }
  })
}

/** The blob of a request, or the refusal of one that no key of ours made. */
export function readCiphertext(blob: Uint8Array): Ciphertext {
  const ciphertext = ciphertextOf(blob)
  if (!ciphertext) throw invalidCiphertext()
  return ciphertext
}

/** A request is asked twice for its ciphertext, and data keys that are stored come again and again. */
const ciphertextOf = derivation(parseCiphertext)
