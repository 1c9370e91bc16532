import { cancelDeletion } from './deletion.ts'
import { ownKey } from './find-key.ts'
import { arnOf } from './key.ts'
import { notPendingDeletion } from './messages.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Ends the waiting period of a key, which is then disabled, or waits for material that it lacks. */
export const cancelKeyDeletion = operation('CancelKeyDeletion', {
  on: ownKey,
  async handle(_input, record, { tx }) {
    if (record.state !== 'PendingDeletion' && record.state !== 'PendingReplicaDeletion') {
      throw notPendingDeletion(arnOf(record))
    }
    cancelDeletion(tx, record)
    const { deletion: _ended, ...kept } = record
    const state = record.imported?.complete === false ? 'PendingImport' : 'Disabled'
    keyTable.put(tx, { ...kept, state }, record.account, record.region, record.id)
    return { KeyId: arnOf(record) }
  },
})
