import { ownKey } from './find-key.ts'
import { operation } from './operation.ts'
import { lastUsage } from './usage.ts'

/** When and by which call a key was last used. */
export const getKeyLastUsage = operation('GetKeyLastUsage', {
  on: ownKey,
  async handle(_input, record, { tx, platform }) {
    const used = await lastUsage(tx, platform.store, record)
    return {
      KeyId: record.id,
      KeyLastUsage: used
        ? {
            Operation: used.operation,
            Timestamp: used.at,
            CloudTrailEventId: used.eventId,
            KmsRequestId: used.requestId,
          }
        : {},
      TrackingStartDate: record.createdAt,
      KeyCreationDate: record.createdAt,
    }
  },
})
