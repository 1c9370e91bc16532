import { removeTags } from '../tags.ts'
import { ownKey } from './find-key.ts'
import { checkState } from './key-state.ts'
import { checkCustomer } from './key-policy.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Takes tags off a key; those that it does not have are passed over. */
export const untagResource = operation('UntagResource', {
  on: ownKey,
  async handle(input, record, { tx }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable')
    const tags = removeTags(record.tags, input.TagKeys)
    keyTable.put(tx, { ...record, tags }, record.account, record.region, record.id)
    return {}
  },
})
