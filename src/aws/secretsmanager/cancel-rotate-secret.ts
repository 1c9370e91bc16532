import { noRotationFunction } from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { cancelledState } from './rotation-run.ts'
import { readRotationState, writeRotationState } from './rotation-state.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { holderOf, pending } from './stages.ts'
import { writeSecret } from './write-secret.ts'

/** Turns rotation off, and ends the one under way where it is. Labels stay where they are, and so do function and rules for the next time. */
export const cancelRotateSecret = operation('CancelRotateSecret', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    checkWritable(found)
    if (!found.rotation) throw noRotationFunction()
    const { tx, call } = context
    const state = await readRotationState(tx, found)
    writeRotationState(tx, found, state, state.run ? cancelledState(state.run, call.now) : { last: state.last })
    const rotation = { ...found.rotation, enabled: false, nextRotationAt: undefined }
    const after = { ...found, rotation, changedAt: call.now }
    writeSecret(context.tx, found, await replicate(context, after))
    return { ARN: arnOf(found), Name: found.name, VersionId: holderOf(found.stages, pending) }
  },
})
