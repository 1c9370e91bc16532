import { ownKey } from './find-key.ts'
import { cancelExpiry, dropImported, settleImported } from './imported.ts'
import { arnOf } from './key.ts'
import { checkState } from './key-state.ts'
import { findMaterial } from './material.ts'
import { incorrectMaterial, originNotValid } from './messages.ts'
import { operation } from './operation.ts'
import { materialScope, materialTable } from './records.ts'

/** Destroys imported material, the current one where none is named. Until the same is imported again the key is of no use. */
export const deleteImportedKeyMaterial = operation('DeleteImportedKeyMaterial', {
  on: ownKey,
  async handle(input, record, { tx }) {
    const { imported, account, id } = record
    if (record.origin !== 'EXTERNAL' || !imported) throw originNotValid(arnOf(record), record.origin)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'PendingDeletion', 'PendingReplicaDeletion')
    const materialId = input.KeyMaterialId ?? record.material
    if (materialId !== undefined) {
      if (!(await findMaterial(tx, record, materialId))) throw incorrectMaterial()
      const { pendingRotation, ...kept } = imported
      if (materialId === pendingRotation) {
        await cancelExpiry(tx, record, materialId)
        materialTable.delete(tx, account, materialScope(record), id, materialId)
        await settleImported(tx, { ...record, imported: kept })
      } else {
        await dropImported(tx, record, materialId)
        await settleImported(tx, record)
      }
    }
    const symmetric = record.spec === 'SYMMETRIC_DEFAULT'
    return { KeyId: arnOf(record), KeyMaterialId: symmetric ? materialId : undefined }
  },
})
