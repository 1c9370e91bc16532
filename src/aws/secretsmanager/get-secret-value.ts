import type { Context } from '../operation.ts'
import { operation } from './operation.ts'
import { type SecretRecord, type VersionRecord, versions, versionsOf } from './records.ts'
import { arnOf, checkNotDeleted, secret } from './secret.ts'
import { current, labelsOf } from './stages.ts'
import { checkKeyReach, openMembers } from './value.ts'
import { readVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** Reads one version of a secret: the one with an id, or the one that carries a staging label. */
export const getSecretValue = operation('GetSecretValue', {
  on: secret,
  conditions: (input) => ({
    'secretsmanager:VersionId': input.VersionId,
    'secretsmanager:VersionStage': input.VersionStage ?? (input.VersionId === undefined ? current : undefined),
  }),
  async handle(input, found: SecretRecord, context) {
    checkNotDeleted(found)
    const choice = { id: input.VersionId, stage: input.VersionStage }
    const version = await readVersion(context.tx, found, choice)
    checkKeyReach(found, version.value.kmsKeyArn, context)
    const value = await openMembers(context, found, version.id, version.value)
    noteAccess(found, version, context)
    const labels = labelsOf(found.stages, version.id)
    return {
      ARN: arnOf(found),
      Name: found.name,
      VersionId: version.id,
      ...value,
      VersionStages: labels.length > 0 ? labels : undefined,
      CreatedDate: version.createdAt,
    }
  },
})

const dayMilliseconds = 24 * 60 * 60_000

/** The first read of a UTC day is written down; the others of the day then write nothing. */
function noteAccess(found: SecretRecord, version: VersionRecord, { tx, call }: Context): void {
  const today = call.now - (call.now % dayMilliseconds)
  if ((found.accessedOn ?? 0) < today) writeSecret(tx, found, { ...found, accessedOn: today })
  if ((version.accessedOn ?? 0) < today) {
    versions.put(tx, { ...version, accessedOn: today }, ...versionsOf(found), version.id)
  }
}
