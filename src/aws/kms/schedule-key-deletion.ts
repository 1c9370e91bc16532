import { trailingDays } from './conditions.ts'
import { planDeletion } from './deletion.ts'
import { ownKeyWithUsage } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkCustomer } from './key-policy.ts'
import { checkState } from './key-state.ts'
import { multiRegionTable } from './multi-region.ts'
import { operation } from './operation.ts'
import { type KeyRecord, keyTable } from './records.ts'

const day = 86_400_000
const longestWindowDays = 30

/** Begins the waiting period after which a key and its material are gone for ever. Until then it cannot be used. */
export const scheduleKeyDeletion = operation('ScheduleKeyDeletion', {
  on: ownKeyWithUsage,
  conditions: (input, found, call) => ({
    ...trailingDays(found, call),
    'kms:ScheduleKeyDeletionPendingWindowInDays': input.PendingWindowInDays ?? longestWindowDays,
  }),
  async handle({ PendingWindowInDays: windowDays = longestWindowDays }, { source: record }, { tx, platform }) {
    checkCustomer(record)
    checkState(record, 'Enabled', 'Disabled', 'PendingImport', 'Unavailable', 'Creating')
    const { account, region, id } = record
    const related = record.multiRegion === 'PRIMARY' ? await multiRegionTable.get(tx, account, id) : undefined
    const at = platform.clock.now() + windowDays * day
    const waits = related !== undefined && related.replicas.length > 0
    const state: KeyRecord['state'] = waits ? 'PendingReplicaDeletion' : 'PendingDeletion'
    keyTable.put(tx, { ...record, state, deletion: { at, windowDays } }, account, region, id)
    if (!waits) planDeletion(tx, record, at)
    return {
      KeyId: arnOf(record),
      DeletionDate: waits ? undefined : at,
      KeyState: state,
      PendingWindowInDays: windowDays,
    }
  },
})
