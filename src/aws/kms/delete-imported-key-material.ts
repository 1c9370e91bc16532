import { ownKey } from './find-key.ts'
import { dropImported, settleImported } from './imported.ts'
import { arnOf } from './key.ts'
import { checkState } from './key-state.ts'
import { findMaterial } from './material.ts'
import { incorrectMaterial, originNotValid } from './messages.ts'
import { operation } from './operation.ts'
import { withdrawMaterial } from './shared-material.ts'

/** Destroys imported material, the current one where none is named. Until the same is imported again the key is of no use. */
export const deleteImportedKeyMaterial = operation('DeleteImportedKeyMaterial', {
  on: ownKey,
  async handle(input, record, { tx }) {
    const { imported } = record
    if (record.origin !== 'EXTERNAL' || !imported) throw originNotValid(arnOf(record), record.origin)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'PendingDeletion', 'PendingReplicaDeletion')
    const materialId = input.KeyMaterialId ?? record.material
    if (materialId !== undefined) {
      if (!(await findMaterial(tx, record, materialId))) throw incorrectMaterial()
      if (materialId === imported.pendingRotation && record.multiRegion !== 'REPLICA') {
        await withdrawMaterial(tx, record, materialId)
      } else {
        await dropImported(tx, record, materialId)
        await settleImported(tx, record)
      }
    }
    const symmetric = record.spec === 'SYMMETRIC_DEFAULT'
    return { KeyId: arnOf(record), KeyMaterialId: symmetric ? materialId : undefined }
  },
})
