import { operation } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { replicaStatus } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { removeSecret, writeSecret } from './write-secret.ts'

/** Deletes replicas of a secret, at once. */
export const removeRegionsFromReplication = operation('RemoveRegionsFromReplication', {
  on: secret,
  async handle(input, found: SecretRecord, { tx }) {
    checkWritable(found)
    const removed = new Set(input.RemoveReplicaRegions)
    for (const { region } of found.replicas ?? []) {
      if (!removed.has(region)) continue
      const replica = await secrets.get(tx, found.account, region, found.name)
      const own = replica?.suffix === found.suffix && replica.primaryRegion === found.region
      if (own) await removeSecret(tx, replica)
    }
    const left = found.replicas?.filter(({ region }) => !removed.has(region)) ?? []
    const linked = left.length > 0
    const after = { ...found, replicas: linked ? left : undefined, primaryRegion: linked ? found.region : undefined }
    writeSecret(tx, found, after)
    return { ARN: arnOf(found), ReplicationStatus: left.map(replicaStatus) }
  },
})
