import { keyConditions } from './conditions.ts'
import { ownKey } from './find-key.ts'
import { arnOf, keyArn, keyOf } from './key.ts'
import { checkEnabled } from './key-state.ts'
import { keyNotFound, notPrimary } from './messages.ts'
import { multiRegionTable } from './multi-region.ts'
import { operation } from './operation.ts'
import { type KeyRecord, keyTable } from './records.ts'
import { cancelRotation, planRotation } from './rotation.ts'

/** Makes a replica the primary key, and the primary a replica. */
export const updatePrimaryRegion = operation('UpdatePrimaryRegion', {
  on: ownKey,
  conditions: (input) => ({ 'kms:PrimaryRegion': input.PrimaryRegion }),
  async handle({ PrimaryRegion: region }, record, context) {
    const { tx } = context
    const { account, id } = record
    if (record.multiRegion !== 'PRIMARY') throw notPrimary(arnOf(record))
    checkEnabled(record)
    const related = await multiRegionTable.get(tx, account, id)
    const replica = region === record.region ? undefined : await keyTable.get(tx, account, region, id)
    if (!related || !replica) throw keyNotFound(keyArn(account, region, id))
    await context.require({
      action: 'kms:UpdatePrimaryRegion',
      resource: keyOf(replica),
      conditions: keyConditions(replica),
    })
    checkEnabled(replica)
    cancelRotation(tx, record)
    const { rotation, ...rest } = record
    const onDemand = record.onDemandRotations
    const promoted: KeyRecord = {
      ...replica,
      multiRegion: 'PRIMARY',
      ...(rotation && { rotation }),
      ...(onDemand !== undefined && { onDemandRotations: onDemand }),
    }
    keyTable.put(tx, { ...rest, multiRegion: 'REPLICA' }, account, record.region, id)
    keyTable.put(tx, promoted, account, region, id)
    planRotation(tx, promoted)
    const replicas = [...related.replicas.filter((other) => other !== region), record.region]
    multiRegionTable.put(tx, { primary: region, replicas }, account, id)
    return {}
  },
})
