import type { Secret } from '../../base/secret.ts'
import { type Context, type Finding, operationsOf } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { cancelDeletion } from './deletion.ts'
import { replicaNameTaken, replicaOfAnother, secretQuotaReached } from './messages.ts'
import { isReplica, type SecretRecord, secrets, versions, versionsOf } from './records.ts'
import { secretType } from './secret.ts'
import { secretArn } from './secret-id.ts'
import { labelledVersions } from './stages.ts'
import { checkKeyReach, type SecretValue, sealValue } from './value.ts'
import { removeSecret, secretCount, writeSecret } from './write-secret.ts'

export interface ReplicaVersion {
  readonly id: string
  readonly createdAt: number
  /** Absent where a rotation has begun the version and not filled it. */
  readonly value: SecretValue | undefined
}

interface ReplicaContent {
  readonly secret: SecretRecord
  readonly versions: readonly ReplicaVersion[]
}

interface ReplicateSecretRequest {
  readonly PrimarySecretArn: string
  readonly KmsKeyId?: string | undefined
  readonly ForceOverwriteReplicaSecret: boolean
  readonly Content: Secret<ReplicaContent>
}

interface InternalOperations {
  ReplicateSecret: { input: ReplicateSecretRequest; output: Record<string, never> }
}

/**
 * Writes a replica in the region it is called in. Nobody calls it from outside: whoever may change the primary may bring its
 * replicas up, as far as KMS lets him use the replica's key.
 */
export const replicateSecret = operationsOf<InternalOperations>('secretsmanager')('ReplicateSecret', {
  action: 'none',
  on: findReplica,
  async handle(input, existing: SecretRecord | undefined, context) {
    const { secret: primary, versions: added } = input.Content.reveal()
    context.note({
      additionalEventData: {
        primarySecretArn: input.PrimarySecretArn,
        kmsKeyId: input.KmsKeyId,
        versionIds: added.map(({ id }) => id),
      },
    })
    const before = await ownPredecessor(input, primary, existing, context)
    const { accessedOn, createdAt = context.call.now } = before ?? {}
    const after = { ...replicaOf(primary, context.call.region, input.KmsKeyId), accessedOn, createdAt }
    checkKeyReach(after, after.kmsKeyId, context)
    if (!before) await countReplica(after, context)
    for (const { value, ...version } of added) {
      const { id } = version
      const sealed = value && (await sealValue(context, after, id, value))
      versions.put(context.tx, { ...version, value: sealed }, ...versionsOf(after), id)
    }
    const kept = new Set(labelledVersions(after.stages))
    for (const id of labelledVersions(before?.stages ?? [])) {
      if (!kept.has(id)) versions.delete(context.tx, ...versionsOf(after), id)
    }
    writeSecret(context.tx, before, after)
    return {}
  },
})

async function findReplica(
  input: ReplicateSecretRequest,
  { tx, call }: Finding,
): Promise<Resource<SecretRecord | undefined>> {
  const { account, name, suffix } = input.Content.reveal().secret
  const record = await secrets.get(tx, account, call.region, name)
  return { arn: secretArn(account, call.region, name, suffix), account, type: secretType, record }
}

/** The replica as it was; another secret in its place is refused, or gives way where that was asked for. */
async function ownPredecessor(
  { ForceOverwriteReplicaSecret: force }: ReplicateSecretRequest,
  primary: SecretRecord,
  existing: SecretRecord | undefined,
  { tx, call }: Context,
): Promise<SecretRecord | undefined> {
  if (!existing) return undefined
  if (existing.suffix === primary.suffix && existing.primaryRegion === primary.region) return existing
  const tied = isReplica(existing) || (existing.replicas?.length ?? 0) > 0
  if (tied) throw replicaOfAnother(existing.name, call.region)
  if (!force) throw replicaNameTaken(existing.name, call.region)
  cancelDeletion(tx, existing)
  await removeSecret(tx, existing)
  return undefined
}

function replicaOf(primary: SecretRecord, region: string, kmsKeyId: string | undefined): SecretRecord {
  return {
    ...primary,
    region,
    kmsKeyId,
    accessedOn: undefined,
    versions: labelledVersions(primary.stages).length,
    deletion: undefined,
    primaryRegion: primary.region,
    replicas: undefined,
  }
}

async function countReplica({ account, region, name }: SecretRecord, { tx, platform }: Context): Promise<void> {
  const most = platform.quotas.secretsPerRegion
  if (await secretCount.isFull(tx, [account, region], name, most)) throw secretQuotaReached(most)
  await secretCount.add(tx, [account, region], name, 1)
}
