import { ownKey } from './find-key.ts'
import { checkCustomer } from './key-policy.ts'
import { checkState } from './key-state.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Lets a disabled key be used again. */
export const enableKey = operation('EnableKey', {
  on: ownKey,
  async handle(_input, record, { tx }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled')
    keyTable.put(tx, { ...record, state: 'Enabled' }, record.account, record.region, record.id)
    return {}
  },
})
