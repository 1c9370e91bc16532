import { cancelDeletion } from './deletion.ts'
import { ownKey } from './find-key.ts'
import { arnOf } from './key.ts'
import { notPendingDeletion } from './messages.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Ends the waiting period of a key, which is then disabled. */
export const cancelKeyDeletion = operation('CancelKeyDeletion', {
  on: ownKey,
  async handle(_input, record, { tx }) {
    if (record.state !== 'PendingDeletion' && record.state !== 'PendingReplicaDeletion') {
      throw notPendingDeletion(arnOf(record))
    }
    cancelDeletion(tx, record)
    const { deletion: _ended, ...kept } = record
    keyTable.put(tx, { ...kept, state: 'Disabled' }, record.account, record.region, record.id)
    return { KeyId: arnOf(record) }
  },
})
