import { ownKey } from './find-key.ts'
import { checkState } from './key-state.ts'
import { checkCustomer } from './key-policy.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'
import { withTags } from './tags.ts'

/** Adds tags to a key, or gives tags that it has other values. */
export const tagResource = operation('TagResource', {
  on: ownKey,
  async handle(input, record, { tx }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable')
    const tags = withTags(record.tags, input.Tags)
    keyTable.put(tx, { ...record, tags }, record.account, record.region, record.id)
    return {}
  },
})
