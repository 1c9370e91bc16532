import { ownKey } from './find-key.ts'
import { checkCustomer } from './key-policy.ts'
import { checkState } from './key-state.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Describes a key in other words. */
export const updateKeyDescription = operation('UpdateKeyDescription', {
  on: ownKey,
  async handle({ Description: description }, record, { tx }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable')
    keyTable.put(tx, { ...record, description }, record.account, record.region, record.id)
    return {}
  },
})
