import { notReplica } from './messages.ts'
import { operation } from './operation.ts'
import { isReplica, type SecretRecord } from './records.ts'
import { findPrimary, withoutReplicas } from './replication.ts'
import { arnOf, secret } from './secret.ts'
import { writeSecret } from './write-secret.ts'

/** Makes a replica a secret of its own; called in the replica's region. */
export const stopReplicationToReplica = operation('StopReplicationToReplica', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    if (!isReplica(found)) throw notReplica()
    const { tx, call } = context
    const primary = await findPrimary(tx, found)
    if (primary)
      writeSecret(
        tx,
        primary,
        withoutReplicas(context, primary, ({ region }) => region === found.region),
      )
    // What rotated it was the primary's: here it must be set up anew.
    const rotation = found.rotation && { ...found.rotation, enabled: false, nextRotationAt: undefined }
    writeSecret(tx, found, { ...found, rotation, primaryRegion: undefined, changedAt: call.now })
    return { ARN: arnOf(found) }
  },
})
