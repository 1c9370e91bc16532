import { ownKey } from './find-key.ts'
import { findPrimary } from './multi-region.ts'
import { operation } from './operation.ts'

/** Whether and when a key's material is renewed by itself. A replica shows what its primary has. */
export const getKeyRotationStatus = operation('GetKeyRotationStatus', {
  on: ownKey,
  async handle(_input, record, { tx }) {
    const source = record.multiRegion === 'REPLICA' ? await findPrimary(tx, record) : record
    const waits = record.state === 'PendingDeletion' || record.state === 'PendingReplicaDeletion'
    const rotation = waits ? undefined : source?.rotation
    return {
      KeyId: record.id,
      KeyRotationEnabled: rotation !== undefined,
      ...(rotation && { RotationPeriodInDays: rotation.periodDays, NextRotationDate: rotation.nextAt }),
    }
  },
})
