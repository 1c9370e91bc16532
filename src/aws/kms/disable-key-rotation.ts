import { ownKey } from './find-key.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'
import { cancelRotation, checkRotatable } from './rotation.ts'

/** Keeps a key's material from being renewed by itself. */
export const disableKeyRotation = operation('DisableKeyRotation', {
  on: ownKey,
  async handle(_input, record, { tx }) {
    checkRotatable(record, 'AWS_KMS')
    cancelRotation(tx, record)
    const { rotation: _ended, ...kept } = record
    keyTable.put(tx, kept, record.account, record.region, record.id)
    return {}
  },
})
