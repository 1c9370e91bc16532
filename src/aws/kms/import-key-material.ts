import { toBase64 } from '../../base/bytes.ts'
import { keyKinds } from '../../keys/kinds.ts'
import { unwrapKey } from '../../keys/key-wrap.ts'
import type { ImportKeyMaterialRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { ownKey } from './find-key.ts'
import { tokenHash } from './import-token.ts'
import { putImported, settleImported } from './imported.ts'
import { arnOf } from './key.ts'
import { checkState } from './key-state.ts'
import { findMaterial, importedMaterialId, kindOf, materialsOf } from './material.ts'
import {
  expiredImportToken,
  incorrectMaterial,
  invalidCiphertext,
  invalidImportToken,
  materialPending,
  onlySymmetricImport,
  originNotValid,
  validToForbidden,
  validToOutOfRange,
  validToRequired,
} from './messages.ts'
import { operation } from './operation.ts'
import { type Imported, importTable, type KeyRecord, type MaterialRecord } from './records.ts'
import { announceMaterial } from './shared-material.ts'

const longestValidity = 365 * 86_400_000

/** Takes material that was made elsewhere: the first of a key, the same again, or new one for the next rotation. */
export const importKeyMaterial = operation('ImportKeyMaterial', {
  on: ownKey,
  conditions: (input) => ({
    'kms:ExpirationModel': input.ExpirationModel ?? 'KEY_MATERIAL_EXPIRES',
    'kms:ValidTo': input.ValidTo === undefined ? undefined : new Date(input.ValidTo).toISOString(),
  }),
  async handle(input, record, context) {
    const { tx } = context
    if (record.origin !== 'EXTERNAL' || !record.imported) throw originNotValid(arnOf(record), record.origin)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport')
    const expiry = checkExpiry(input, context)
    checkMembers(input, record)
    const bytes = await unwrap(input, record, context)
    const id = importedMaterialId(record.imported.salt, bytes)
    const place = await placeOf(id, input, record, context)
    const { validTo: _before, ...kept } = place.material
    const material: MaterialRecord = {
      ...kept,
      secret: toBase64(bytes),
      ...expiry,
      ...(input.KeyMaterialDescription !== undefined && { description: input.KeyMaterialDescription }),
    }
    bytes.fill(0)
    await putImported(tx, record, material)
    const imported = { ...record.imported, ...(place.pending && { pendingRotation: id }) }
    const current = record.material ?? (place.pending ? undefined : id)
    await settleImported(tx, { ...record, imported, ...(current !== undefined && { material: current }) })
    await announceMaterial(tx, record, { material, pending: place.pending })
    const symmetric = record.spec === 'SYMMETRIC_DEFAULT'
    return { KeyId: arnOf(record), KeyMaterialId: symmetric ? id : undefined }
  },
})

function checkExpiry(input: ImportKeyMaterialRequest, { platform }: Context) {
  const { ExpirationModel: expirationModel = 'KEY_MATERIAL_EXPIRES', ValidTo: validTo } = input
  if (expirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo !== undefined) throw validToForbidden()
    return { expirationModel }
  }
  if (validTo === undefined) throw validToRequired()
  const now = platform.clock.now()
  if (validTo <= now || validTo > now + longestValidity) throw validToOutOfRange()
  return { expirationModel, validTo: Math.floor(validTo) }
}

function checkMembers(input: ImportKeyMaterialRequest, { spec }: KeyRecord): void {
  const { ImportType: type, KeyMaterialDescription: description, KeyMaterialId: id } = input
  if (spec !== 'SYMMETRIC_DEFAULT' && (type ?? description ?? id) !== undefined) throw onlySymmetricImport()
  if (type === 'NEW_KEY_MATERIAL' && id !== undefined) throw incorrectMaterial()
}

/** The material in the form in which keys of this kind are kept. */
async function unwrap(input: ImportKeyMaterialRequest, record: KeyRecord, context: Context): Promise<Buffer> {
  const { account, region, id } = record
  const parameters = await importTable.get(context.tx, account, region, id, tokenHash(input.ImportToken))
  if (!parameters) throw invalidImportToken()
  if (parameters.validTo <= context.platform.clock.now()) throw expiredImportToken()
  const wrappingKey = keyKinds['rsa-2048'].load(Buffer.from(parameters.privateKey, 'base64'))
  const opened = await unwrapKey(parameters.algorithm, wrappingKey, input.EncryptedKeyMaterial)
  if (!opened) throw invalidCiphertext()
  const bytes = keyKinds[kindOf(record)].accept(opened)
  opened.fill(0)
  if (!bytes) throw incorrectMaterial()
  return bytes
}

interface Place {
  /** The material as it was, or the beginnings of a new one. */
  readonly material: MaterialRecord
  /** Whether it waits for a rotation. */
  readonly pending: boolean
}

/** Which of a key's materials these bytes are, or become. */
async function placeOf(
  id: string,
  input: ImportKeyMaterialRequest,
  record: KeyRecord,
  context: Context,
): Promise<Place> {
  const { tx, platform } = context
  const { KeyMaterialId: expected } = input
  if (expected !== undefined && expected !== id) throw incorrectMaterial()
  const { pendingRotation } = record.imported as Imported
  const known = await findMaterial(tx, record, id)
  const type = input.ImportType ?? (record.material === undefined ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')
  // A replica takes what its primary has, and nothing else.
  if (type === 'EXISTING_KEY_MATERIAL' || record.multiRegion === 'REPLICA') {
    if (!known) throw incorrectMaterial()
    return { material: known, pending: id === pendingRotation }
  }
  if (record.material === undefined) {
    return { material: { id, createdAt: platform.clock.now(), sequence: 1 }, pending: false }
  }
  if (known) throw incorrectMaterial()
  if (pendingRotation !== undefined) throw materialPending(arnOf(record), id, pendingRotation)
  const newest = (await materialsOf(tx, record)).at(-1)?.sequence ?? 0
  return { material: { id, createdAt: platform.clock.now(), sequence: newest + 1 }, pending: true }
}
