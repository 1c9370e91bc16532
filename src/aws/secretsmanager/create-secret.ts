import { alphanumeric, randomText } from '../../base/ids.ts'
import type { CreateSecretRequest } from '../models/secretsmanager.ts'
import type { Context, Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import { kmsKeyConditions } from './conditions.ts'
import {
  alreadyExists,
  clientRequestTokenRequired,
  invalidName,
  nameScheduledForDeletion,
  secretQuotaReached,
  tokenInUse,
} from './messages.ts'
import { operation } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import {
  addReplicas,
  checkReplicaRegions,
  replicaStatus,
  requireReplication,
  replicationConditions,
} from './replication.ts'
import { arnOf, factsOf } from './secret.ts'
import { isSecretName } from './secret-id.ts'
import { current } from './stages.ts'
import { newTags } from './tags.ts'
import { checkKeyAccess, openValue, ownKeyId, sameValue, type SecretValue, valueOf } from './value.ts'
import { findVersion, putVersion } from './version.ts'
import { secretCount, writeSecret } from './write-secret.ts'

/** A secret that is there already, or the one to be made. */
interface Creation {
  readonly existing: SecretRecord | undefined
  readonly draft: SecretRecord
}

/** Makes a secret, with a first version if a value is given, and its replicas in other regions. */
export const createSecret = operation('CreateSecret', {
  on: findCreation,
  conditions: (input, _record, call) => ({
    'secretsmanager:Name': input.Name,
    'secretsmanager:Description': input.Description,
    'secretsmanager:Type': input.Type,
    ...kmsKeyConditions(input.KmsKeyId, call, partitionOf(call.region)),
    ...replicationConditions(input),
  }),
  async handle(input, { existing, draft }: Creation, context) {
    const value = valueOf(input)
    if (existing) return repeat(input, existing, value, context)
    checkReplicaRegions(input.AddReplicaRegions, draft)
    if (input.AddReplicaRegions) await requireReplication(context)
    const { account, region, name } = draft
    const { tx, platform } = context
    const most = platform.quotas.secretsPerRegion
    if (await secretCount.isFull(tx, [account, region], name, most)) throw secretQuotaReached(most)
    if (draft.kmsKeyId !== undefined) await checkKeyAccess(context, draft)
    const id = input.ClientRequestToken
    const filled = value && id && (await putVersion(context, draft, { id, value, labels: [current] }))
    const made = await addReplicas(context, filled || draft, input, value && id ? [{ id, value }] : [])
    writeSecret(tx, undefined, made)
    await secretCount.add(tx, [account, region], name, 1)
    return {
      ARN: arnOf(made),
      Name: name,
      VersionId: value && id,
      ReplicationStatus: made.replicas?.map(replicaStatus),
    }
  },
})

async function findCreation(input: CreateSecretRequest, { tx, call }: Finding): Promise<Resource<Creation>> {
  if (!isSecretName(input.Name)) throw invalidName()
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined
  if (hasValue && input.ClientRequestToken === undefined) throw clientRequestTokenRequired()
  const draft: SecretRecord = {
    account: call.caller.account,
    region: call.region,
    name: input.Name,
    suffix: randomText(6, alphanumeric),
    createdAt: call.now,
    changedAt: call.now,
    description: input.Description || undefined,
    type: input.Type || undefined,
    kmsKeyId: ownKeyId(input.KmsKeyId),
    tags: input.Tags && input.Tags.length > 0 ? newTags([], input.Tags) : undefined,
    stages: [],
    versions: 0,
  }
  const place = [draft.account, draft.region, draft.name] as const
  const existing = (await secrets.isAbsent(tx, ...place)) ? undefined : await secrets.get(tx, ...place)
  // Whoever may make the secret is asked as if it were not there: its own policy says nothing about making it.
  const { policies: _, ...facts } = factsOf(draft)
  return { ...facts, arn: arnOf(existing ?? draft), shown: input.Name, record: { existing, draft } }
}

/** The answer once more, where the request that made the secret was sent twice. */
async function repeat(
  input: CreateSecretRequest,
  existing: SecretRecord,
  value: SecretValue | undefined,
  context: Context,
) {
  if (existing.deletion) throw nameScheduledForDeletion()
  const { ClientRequestToken: id, Name: name } = input
  const version = id === undefined ? undefined : await findVersion(context.tx, existing, id)
  if (id === undefined || !version?.value || !value) throw alreadyExists(name)
  if (!sameValue(await openValue(context, existing, id, version.value), value)) throw tokenInUse(id, arnOf(existing))
  return { ARN: arnOf(existing), Name: name, VersionId: id }
}
