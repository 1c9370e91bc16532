import { notReplica } from './messages.ts'
import { operation } from './operation.ts'
import { isReplica, type SecretRecord } from './records.ts'
import { findPrimary } from './replication.ts'
import { arnOf, checkNotDeleted, secret } from './secret.ts'
import { writeSecret } from './write-secret.ts'

/** Makes a replica a secret of its own; called in the replica's region. */
export const stopReplicationToReplica = operation('StopReplicationToReplica', {
  on: secret,
  async handle(_input, found: SecretRecord, { tx, call }) {
    checkNotDeleted(found)
    if (!isReplica(found)) throw notReplica()
    const primary = await findPrimary(tx, found)
    if (primary) {
      const left = primary.replicas?.filter(({ region }) => region !== found.region) ?? []
      const linked = left.length > 0
      const primaryRegion = linked ? primary.region : undefined
      writeSecret(tx, primary, { ...primary, replicas: linked ? left : undefined, primaryRegion })
    }
    writeSecret(tx, found, { ...found, primaryRegion: undefined, changedAt: call.now })
    return { ARN: arnOf(found) }
  },
})
