import type { ReplicateKeyRequest } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { keyConditions } from './conditions.ts'
import { ownKey } from './find-key.ts'
import { arnOf, keyArn } from './key.ts'
import { checkKeyPolicy } from './key-policy.ts'
import { checkEnabled } from './key-state.ts'
import { notPrimary, regionNotSupported, replicaExists } from './messages.ts'
import { describe } from './metadata.ts'
import { multiRegionTable } from './multi-region.ts'
import { operation } from './operation.ts'
import { defaultPolicy } from './policy.ts'
import { countMade } from './quota.ts'
import { type KeyRecord, keyTable } from './records.ts'
import { shareMaterials } from './shared-material.ts'
import { wireTags, withTags } from './tags.ts'

/** Makes a key in another region that has the id and the material of this one. */
export const replicateKey = operation('ReplicateKey', {
  on: ownKey,
  conditions: (input) => ({ 'kms:ReplicaRegion': input.ReplicaRegion }),
  async handle(input, primary, context) {
    const { tx } = context
    const { ReplicaRegion: region } = input
    const { account, id } = primary
    if (primary.multiRegion !== 'PRIMARY') throw notPrimary(arnOf(primary))
    checkEnabled(primary)
    if (partitionOf(region) !== partitionOf(primary.region)) throw regionNotSupported(region)
    if (await keyTable.get(tx, account, region, id)) throw replicaExists(keyArn(account, region, id))
    const replica = await newReplica(input, primary, context)
    await countMade(tx, replica, context.platform)
    keyTable.put(tx, replica, account, region, id)
    const related = (await multiRegionTable.get(tx, account, id)) ?? { primary: primary.region, replicas: [] }
    multiRegionTable.put(tx, { ...related, replicas: [...related.replicas, region] }, account, id)
    await shareMaterials(tx, primary, replica)
    const metadata = await describe(tx, replica)
    context.note({ resources: [{ arn: keyArn(account, region, id), account, type: 'AWS::KMS::Key' }] })
    return {
      // AWS answers before the replica is ready; clients wait until it is, which here is at once.
      ReplicaKeyMetadata: { ...metadata, KeyState: 'Creating', Enabled: false },
      ReplicaPolicy: replica.policy,
      ReplicaTags: wireTags(replica.tags),
    }
  },
})

async function newReplica(input: ReplicateKeyRequest, primary: KeyRecord, context: Context): Promise<KeyRecord> {
  const { account, id } = primary
  const { ReplicaRegion: region, BypassPolicyLockoutSafetyCheck: bypass = false } = input
  const arn = keyArn(account, region, id)
  const policy = input.Policy ?? defaultPolicy(account, region)
  const { imported, rotation: _ofPrimary, deletion: _none, principals: _others, ...shared } = primary
  const replica: KeyRecord = {
    ...shared,
    region,
    createdAt: context.platform.clock.now(),
    description: input.Description ?? '',
    state: imported ? 'PendingImport' : 'Enabled',
    policy,
    tags: withTags([], input.Tags),
    aliases: [],
    grants: 0,
    multiRegion: 'REPLICA',
    ...(imported && {
      imported: {
        salt: imported.salt,
        complete: false,
        ...(imported.pendingRotation !== undefined && { pendingRotation: imported.pendingRotation }),
      },
    }),
  }
  const conditions = keyConditions(replica)
  await context.require({ action: 'kms:CreateKey', resource: { arn: '*', account }, conditions })
  if (replica.tags.length > 0) {
    await context.require({ action: 'kms:TagResource', resource: { arn, account }, conditions })
  }
  if (input.Policy === undefined) return replica
  return { ...replica, principals: await checkKeyPolicy(policy, { arn, account }, context, bypass) }
}
