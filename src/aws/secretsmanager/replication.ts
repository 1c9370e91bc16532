import { Secret } from '../../base/secret.ts'
import { AwsError } from '../errors.ts'
import type { ReplicaRegionType, ReplicationStatusType } from '../models/secretsmanager.ts'
import type { Conditions, Context } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { invalidReplicaRegion } from './messages.ts'
import { type ReplicaRecord, type SecretRecord, secrets, versions, versionsOf } from './records.ts'
import { type ReplicaVersion, replicateSecret } from './replicate-secret.ts'
import { dropRetry, planRetry } from './replication-retry.ts'
import { arnOf } from './secret.ts'
import { labelledVersions } from './stages.ts'
import { openValue, ownKeyId, type SecretValue } from './value.ts'
import { findVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

export interface ReplicationOptions {
  /** Values that are at hand in plaintext; others are decrypted where a replica lacks them. */
  readonly fresh?: readonly { readonly id: string; readonly value: SecretValue }[]
  /** Regions whose secret of the same name gives way. */
  readonly overwrite?: ReadonlySet<string>
}

/**
 * Brings every replica up to a secret that is about to be written, and answers that secret with what became of them. A
 * replica that fails is noted as failed and planned to be tried again; the change of the primary stands.
 */
export async function replicate(
  context: Context,
  secret: SecretRecord,
  options: ReplicationOptions = {},
): Promise<SecretRecord> {
  if (!secret.replicas || secret.replicas.length === 0) return secret
  const replicas: ReplicaRecord[] = []
  for (const replica of secret.replicas) replicas.push(await bringUp(context, secret, replica, options))
  return { ...secret, replicas }
}

/** As `replicate`, for one region only. */
export async function replicateTo(context: Context, secret: SecretRecord, region: string): Promise<SecretRecord> {
  const replicas: ReplicaRecord[] = []
  for (const replica of secret.replicas ?? []) {
    replicas.push(replica.region === region ? await bringUp(context, secret, replica, {}) : replica)
  }
  return { ...secret, replicas }
}

interface ReplicaRequest {
  readonly AddReplicaRegions?: readonly ReplicaRegionType[] | undefined
  readonly ForceOverwriteReplicaSecret?: boolean | undefined
}

/** The secret with more replicas, made now. */
export function addReplicas(
  context: Context,
  secret: SecretRecord,
  { AddReplicaRegions: added = [], ForceOverwriteReplicaSecret: force }: ReplicaRequest,
  fresh: ReplicationOptions['fresh'] = [],
): Promise<SecretRecord> {
  if (added.length === 0) return Promise.resolve(secret)
  const replicas = new Map(secret.replicas?.map((replica) => [replica.region, replica]))
  for (const { Region: region = '', KmsKeyId: kmsKeyId } of added) {
    const { retry } = replicas.get(region) ?? {}
    replicas.set(region, { region, kmsKeyId: ownKeyId(kmsKeyId), status: 'Failed', retry })
  }
  const overwrite = new Set(force ? added.map(({ Region: region = '' }) => region) : [])
  const extended = { ...secret, primaryRegion: secret.region, replicas: [...replicas.values()] }
  return replicate(context, extended, { fresh, overwrite })
}

/** Refuses regions that no replica can be in: the secret's own, one of another partition, one named twice. */
export function checkReplicaRegions(added: readonly ReplicaRegionType[] | undefined, secret: SecretRecord): void {
  const seen = new Set([secret.region])
  for (const { Region: region } of added ?? []) {
    if (region === undefined || seen.has(region) || partitionOf(region) !== partitionOf(secret.region)) {
      throw invalidReplicaRegion()
    }
    seen.add(region)
  }
}

/** Making replicas with the secret needs the permission that making them later does. */
export function requireReplication(context: Context): Promise<void> {
  return context.require({ action: 'secretsmanager:ReplicateSecretToRegions', resource: context.resource })
}

export function replicationConditions(input: ReplicaRequest): Conditions {
  const regions = input.AddReplicaRegions?.map(({ Region: region = '' }) => region)
  return {
    'secretsmanager:AddReplicaRegions': regions,
    'secretsmanager:ForceOverwriteReplicaSecret': input.ForceOverwriteReplicaSecret,
  }
}

export function replicaStatus({ region, kmsKeyId, status, message }: ReplicaRecord): ReplicationStatusType {
  return {
    Region: region,
    KmsKeyId: kmsKeyId ?? 'alias/aws/secretsmanager',
    Status: status,
    StatusMessage: message ?? (status === 'InSync' ? 'Replication succeeded' : undefined),
  }
}

/** Tells the primary under which key its replica is now. */
export async function noteReplicaKey({ tx }: Context, replica: SecretRecord): Promise<void> {
  const primary = await findPrimary(tx, replica)
  if (!primary) return
  const { region, kmsKeyId } = replica
  const replicas = primary.replicas?.map((entry) => (entry.region === region ? { ...entry, kmsKeyId } : entry))
  writeSecret(tx, primary, { ...primary, replicas })
}

/** The primary without some of its replicas; without any it is a secret of one region again. */
export function withoutReplicas(
  { tx }: Context,
  primary: SecretRecord,
  isGone: (replica: ReplicaRecord) => boolean,
): SecretRecord {
  for (const replica of primary.replicas ?? []) if (isGone(replica)) dropRetry(tx, primary, replica)
  const left = primary.replicas?.filter((replica) => !isGone(replica)) ?? []
  const linked = left.length > 0
  return { ...primary, replicas: linked ? left : undefined, primaryRegion: linked ? primary.region : undefined }
}

/** The secret that a replica is made from. */
export async function findPrimary(tx: Context['tx'], replica: SecretRecord): Promise<SecretRecord | undefined> {
  const { account, name, suffix, primaryRegion } = replica
  const found = primaryRegion === undefined ? undefined : await secrets.get(tx, account, primaryRegion, name)
  return found?.suffix === suffix ? found : undefined
}

async function bringUp(
  context: Context,
  secret: SecretRecord,
  replica: ReplicaRecord,
  { fresh = [], overwrite }: ReplicationOptions,
): Promise<ReplicaRecord> {
  const { region, kmsKeyId } = replica
  try {
    const missing = await missingVersions(context, secret, replica, fresh)
    const input = {
      PrimarySecretArn: arnOf(secret),
      KmsKeyId: kmsKeyId,
      ForceOverwriteReplicaSecret: overwrite?.has(region) ?? false,
      Content: new Secret({ secret, versions: missing }),
    }
    const { refused } = await context.invoke(replicateSecret, input, { region })
    if (refused) return planRetry(context, secret, replica, failureText(refused))
    dropRetry(context.tx, secret, replica)
    return { region, kmsKeyId, status: 'InSync' }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return planRetry(context, secret, replica, failureText(error))
  }
}

function failureText({ text = '', code }: AwsError): string {
  return text.startsWith('Replication failed') ? text : `Replication failed: ${text || code}`
}

/** The labelled versions that a replica lacks, in plaintext. Under another key than before it lacks all of them. */
async function missingVersions(
  context: Context,
  secret: SecretRecord,
  { region, kmsKeyId }: ReplicaRecord,
  fresh: NonNullable<ReplicationOptions['fresh']>,
): Promise<readonly ReplicaVersion[]> {
  const { tx } = context
  const there = await secrets.get(tx, secret.account, region, secret.name)
  const inPlace = there?.suffix === secret.suffix && there.kmsKeyId === kmsKeyId
  const missing: ReplicaVersion[] = []
  for (const id of labelledVersions(secret.stages)) {
    const known = fresh.find((one) => one.id === id)?.value
    const copy = inPlace && !known ? await versions.get(tx, ...versionsOf(there), id) : undefined
    if (copy?.value) continue
    const version = await findVersion(tx, secret, id)
    // A version that a rotation has begun comes without its value first.
    if (!version || (copy && !version.value)) continue
    const value = known ?? (version.value && (await openValue(context, secret, id, version.value)))
    missing.push({ id, createdAt: version.createdAt, value })
  }
  return missing
}
