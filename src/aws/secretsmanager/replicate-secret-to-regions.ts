import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { addReplicas, checkReplicaRegions, replicaStatus, replicationConditions } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { writeSecret } from './write-secret.ts'

/** Makes replicas of a secret in other regions, and tries those again that failed. */
export const replicateSecretToRegions = operation('ReplicateSecretToRegions', {
  on: secret,
  conditions: replicationConditions,
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    checkReplicaRegions(input.AddReplicaRegions, found)
    const after = await addReplicas(context, found, input)
    writeSecret(context.tx, found, after)
    return { ARN: arnOf(found), ReplicationStatus: after.replicas?.map(replicaStatus) }
  },
})
