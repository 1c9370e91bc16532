import { noRotationFunction } from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { holderOf, pending } from './stages.ts'
import { writeSecret } from './write-secret.ts'

/** Turns rotation off. Labels stay where they are, and so do function and rules for the next time. */
export const cancelRotateSecret = operation('CancelRotateSecret', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    checkWritable(found)
    if (!found.rotation) throw noRotationFunction()
    const rotation = { ...found.rotation, enabled: false, nextRotationAt: undefined }
    const after = { ...found, rotation, changedAt: context.call.now }
    writeSecret(context.tx, found, await replicate(context, after))
    return { ARN: arnOf(found), Name: found.name, VersionId: holderOf(found.stages, pending) }
  },
})
