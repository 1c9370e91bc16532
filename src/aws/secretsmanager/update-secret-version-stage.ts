import type { UpdateSecretVersionStageRequest } from '../models/secretsmanager.ts'
import type { Context } from '../operation.ts'
import {
  currentNotRemovable,
  removeFromRequired,
  stageMoveRequired,
  stageNotOnRemoved,
  versionNotFound,
} from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { settleRotation } from './settle-rotation.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { attach, current, detach, holderOf, type Stages } from './stages.ts'
import { checkStages, findVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** Moves a staging label from one version to another, or takes it off. */
export const updateSecretVersionStage = operation('UpdateSecretVersionStage', {
  on: secret,
  conditions: (input) => ({ 'secretsmanager:VersionStage': input.VersionStage }),
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    await checkVersions(input, found, context)
    const stages = checkStages(moved(input, found.stages), context)
    const settled = await settleRotation(context, found, { ...found, stages, changedAt: context.call.now })
    writeSecret(context.tx, found, await replicate(context, settled))
    return { ARN: arnOf(found), Name: found.name }
  },
})

/** A version that rotation has begun and nobody has filled cannot become the current one: readers would find nothing. */
async function checkVersions(
  { MoveToVersionId: to, RemoveFromVersionId: from, VersionStage: stage }: UpdateSecretVersionStageRequest,
  found: SecretRecord,
  { tx }: Context,
): Promise<void> {
  for (const id of [to, from]) {
    if (id === undefined) continue
    const version = await findVersion(tx, found, id)
    if (!version || (id === to && stage === current && !version.value)) throw versionNotFound(id)
  }
}

function moved(input: UpdateSecretVersionStageRequest, stages: Stages): Stages {
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input
  const holder = holderOf(stages, stage)
  if (to === undefined && from === undefined) throw stageMoveRequired()
  if (to !== undefined && holder === to) return stages
  if (from === undefined && holder !== undefined) throw removeFromRequired(stage, holder)
  if (from !== undefined && from !== holder) throw stageNotOnRemoved(stage, from)
  if (to !== undefined) return attach(stages, [stage], to)
  if (stage === current) throw currentNotRemovable()
  return detach(stages, stage)
}
