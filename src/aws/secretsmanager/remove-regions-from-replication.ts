import type { Context } from '../operation.ts'
import { operation } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { replicaStatus, withoutReplicas } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { removeSecret, writeSecret } from './write-secret.ts'

/** Deletes replicas of a secret, at once. Regions without one are passed over. */
export const removeRegionsFromReplication = operation('RemoveRegionsFromReplication', {
  on: secret,
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    const removed = new Set(input.RemoveReplicaRegions)
    for (const { region } of found.replicas ?? []) if (removed.has(region)) await removeReplica(found, region, context)
    const after = withoutReplicas(context, found, ({ region }) => removed.has(region))
    writeSecret(context.tx, found, after)
    return { ARN: arnOf(found), ReplicationStatus: (after.replicas ?? []).map(replicaStatus) }
  },
})

/** A replica that never came to be may have another secret in its place, which stays. */
async function removeReplica(primary: SecretRecord, region: string, { tx }: Context): Promise<void> {
  const replica = await secrets.get(tx, primary.account, region, primary.name)
  if (replica?.suffix === primary.suffix && replica.primaryRegion === primary.region) await removeSecret(tx, replica)
}
