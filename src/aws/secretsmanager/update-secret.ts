import type { UpdateSecretRequest } from '../models/secretsmanager.ts'
import type { Context, Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { kmsKeyConditions } from './conditions.ts'
import { clientRequestTokenRequired, replicaReadOnly } from './messages.ts'
import { operation } from './operation.ts'
import { isReplica, type SecretRecord, versions, versionsOf } from './records.ts'
import { noteReplicaKey, replicate } from './replication.ts'
import { arnOf, checkNotDeleted, secret } from './secret.ts'
import { settleRotation } from './settle-rotation.ts'
import { current, holderOf, pending, previous } from './stages.ts'
import { checkKeyAccess, checkKeyReach, openValue, ownKeyId, sealValue, valueOf } from './value.ts'
import { findVersion, putVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** Changes description, type and KMS key of a secret, and puts a new current version if a value is given. */
export const updateSecret = operation('UpdateSecret', {
  on(input: UpdateSecretRequest, finding: Finding) {
    const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined
    if (hasValue && input.ClientRequestToken === undefined) throw clientRequestTokenRequired()
    return secret(input, finding)
  },
  conditions: (input, _record, call) => ({
    'secretsmanager:Description': input.Description,
    'secretsmanager:Type': input.Type,
    ...kmsKeyConditions(input.KmsKeyId, call, partitionOf(call.region)),
  }),
  async handle(input, found: SecretRecord, context) {
    const value = valueOf(input)
    if (isReplica(found) && !changesKeyOnly(input)) throw replicaReadOnly()
    checkNotDeleted(found)
    const { ClientRequestToken: id } = input
    const described = withDescription(found, input)
    const keyed = await withKey(context, described, input.KmsKeyId)
    if (value) checkKeyReach(keyed, keyed.kmsKeyId, context)
    const put = value && id ? await putVersion(context, keyed, { id, value, labels: [current] }) : keyed
    const after = await settleRotation(context, found, { ...(put ?? keyed), changedAt: context.call.now })
    const fresh = value && id ? [{ id, value }] : []
    writeSecret(context.tx, found, isReplica(found) ? after : await replicate(context, after, { fresh }))
    return { ARN: arnOf(found), Name: found.name, VersionId: value && id }
  },
})

function changesKeyOnly(input: UpdateSecretRequest): boolean {
  const { Description, Type, SecretString, SecretBinary, KmsKeyId } = input
  return (
    KmsKeyId !== undefined && [Description, Type, SecretString, SecretBinary].every((member) => member === undefined)
  )
}

function withDescription(found: SecretRecord, { Description: description, Type: type }: UpdateSecretRequest) {
  return {
    ...found,
    description: description === undefined ? found.description : description || undefined,
    type: type === undefined ? found.type : type || undefined,
  }
}

/**
 * The secret under another key: the versions in use are encrypted again, the others stay under theirs
 * (Secrets Manager user guide, «Change the encryption key»).
 */
async function withKey(context: Context, found: SecretRecord, asked: string | undefined): Promise<SecretRecord> {
  const kmsKeyId = ownKeyId(asked)
  if (asked === undefined || kmsKeyId === found.kmsKeyId) return found
  const after = { ...found, kmsKeyId }
  checkKeyReach(after, kmsKeyId, context)
  if (kmsKeyId !== undefined) await checkKeyAccess(context, after)
  const inUse = new Set([current, previous, pending].map((label) => holderOf(found.stages, label)))
  for (const id of inUse) {
    const version = id === undefined ? undefined : await findVersion(context.tx, found, id)
    if (!version?.value) continue
    checkKeyReach(found, version.value.kmsKeyArn, context)
    const value = await openValue(context, found, version.id, version.value)
    const sealed = await sealValue(context, after, version.id, value)
    versions.put(context.tx, { ...version, value: sealed }, ...versionsOf(found), version.id)
  }
  if (isReplica(found)) await noteReplicaKey(context, after)
  return after
}
