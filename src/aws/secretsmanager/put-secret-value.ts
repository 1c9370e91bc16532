import type { PutSecretValueRequest } from '../models/secretsmanager.ts'
import type { Finding } from '../operation.ts'
import { clientRequestTokenRequired, valueRequired } from './messages.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { settleRotation } from './settle-rotation.ts'
import { current, labelsOf } from './stages.ts'
import { checkKeyReach, valueOf } from './value.ts'
import { putVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** Puts a value as a new version, under AWSCURRENT unless other labels are given. */
export const putSecretValue = operation('PutSecretValue', {
  on(input: PutSecretValueRequest, finding: Finding) {
    if (input.ClientRequestToken === undefined) throw clientRequestTokenRequired()
    return secret(input, finding)
  },
  async handle(input, found: SecretRecord, context) {
    checkWritable(found)
    const value = valueOf(input)
    if (!value) throw valueRequired()
    checkKeyReach(found, found.kmsKeyId, context)
    const id = input.ClientRequestToken as string
    const labels = [...new Set(input.VersionStages ?? [current])]
    const changed = await putVersion(context, found, { id, value, labels })
    if (changed) {
      const settled = await settleRotation(context, found, { ...changed, changedAt: context.call.now })
      writeSecret(context.tx, found, await replicate(context, settled, { fresh: [{ id, value }] }))
    }
    const { stages } = changed ?? found
    return { ARN: arnOf(found), Name: found.name, VersionId: id, VersionStages: labelsOf(stages, id) }
  },
})
