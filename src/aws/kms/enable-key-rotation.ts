import { ownKey } from './find-key.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'
import { cancelRotation, checkRotatable, defaultPeriodDays, firstRotation, planRotation } from './rotation.ts'

/** Has a key's material renewed every so many days. A new period begins now; the same one goes on as it is. */
export const enableKeyRotation = operation('EnableKeyRotation', {
  on: ownKey,
  conditions: (input) => ({ 'kms:RotationPeriodInDays': input.RotationPeriodInDays ?? defaultPeriodDays }),
  async handle({ RotationPeriodInDays: periodDays = defaultPeriodDays }, record, { tx, platform }) {
    checkRotatable(record, 'AWS_KMS')
    if (record.rotation?.periodDays === periodDays) return {}
    cancelRotation(tx, record)
    const rotation = { periodDays, nextAt: firstRotation(platform.clock.now(), periodDays) }
    const enabled = { ...record, rotation }
    keyTable.put(tx, enabled, record.account, record.region, record.id)
    planRotation(tx, enabled)
    return {}
  },
})
