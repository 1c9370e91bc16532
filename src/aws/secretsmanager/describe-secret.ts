import type { ReplicationStatusType } from '../models/secretsmanager.ts'
import type { Context } from '../operation.ts'
import { describe } from './describe.ts'
import { operation } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { replicaStatus } from './replication.ts'
import { secret } from './secret.ts'
import { versionIdsToStages } from './stages.ts'

/** Tells everything of a secret but its values; one that is marked for deletion too. */
export const describeSecret = operation('DescribeSecret', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    return {
      ...describe(found),
      VersionIdsToStages: versionIdsToStages(found.stages),
      ReplicationStatus: await describeReplicas(found, context),
    }
  },
})

async function describeReplicas(
  { account, name, replicas }: SecretRecord,
  { tx }: Context,
): Promise<readonly ReplicationStatusType[] | undefined> {
  if (!replicas || replicas.length === 0) return undefined
  const records = await secrets.getAll(
    tx,
    replicas.map(({ region }) => [account, region, name]),
  )
  return replicas.map((replica, index) => ({
    ...replicaStatus(replica),
    LastAccessedDate: replica.status === 'InSync' ? records[index]?.accessedOn : undefined,
  }))
}
