import { cancelDeletion } from './deletion.ts'
import { replicaReadOnly } from './messages.ts'
import { operation } from './operation.ts'
import { isReplica, type SecretRecord } from './records.ts'
import { arnOf, secret } from './secret.ts'
import { resumeRotation } from './settle-rotation.ts'
import { tellOfRestoring } from './version-deletion.ts'
import { writeSecret } from './write-secret.ts'

/** Takes a scheduled deletion back. A secret that is not to be deleted stays as it is. */
export const restoreSecret = operation('RestoreSecret', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    const { tx, call } = context
    if (isReplica(found)) throw replicaReadOnly()
    if (found.deletion) {
      cancelDeletion(tx, found)
      const restored = await resumeRotation(context, { ...found, deletion: undefined, changedAt: call.now })
      writeSecret(tx, found, restored)
      await tellOfRestoring(context, found)
    }
    return { ARN: arnOf(found), Name: found.name }
  },
})
