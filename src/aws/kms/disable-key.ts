import { trailingDays } from './conditions.ts'
import { ownKeyWithUsage } from './find-key.ts'
import { checkCustomer } from './key-policy.ts'
import { checkState } from './key-state.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Keeps a key from being used until it is enabled again. */
export const disableKey = operation('DisableKey', {
  on: ownKeyWithUsage,
  conditions: (_input, found, call) => trailingDays(found, call),
  async handle(_input, { source: record }, { tx }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled')
    keyTable.put(tx, { ...record, state: 'Disabled' }, record.account, record.region, record.id)
    return {}
  },
})
