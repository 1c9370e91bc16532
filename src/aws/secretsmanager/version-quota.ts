import { plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { versionQuotaReached } from './messages.ts'
import { type SecretRecord, type VersionRecord, versions, versionsOf } from './records.ts'
import { labelledVersions } from './stages.ts'

export const versionCleanup = 'secretsmanager/version-cleanup'

/** AWS deletes no version that is younger («Secrets Manager concepts»). */
const protectedMilliseconds = 24 * 60 * 60_000

/** Versions without a label that a secret has. */
function unlabelledCount(secret: SecretRecord): number {
  return secret.versions - labelledVersions(secret.stages).length
}

/**
 * Refuses a new version (counted in `secret` already) for which nothing old enough could go, and plans the removal of what
 * is more than the quota.
 */
export async function makeRoomForVersion({ tx, call, platform }: Context, secret: SecretRecord): Promise<void> {
  const most = platform.quotas.secretVersions
  const excess = unlabelledCount(secret) - most
  if (excess <= 0) return
  const removable = await removableVersions(tx, secret, call.now, most + excess)
  if (removable.length < excess) throw versionQuotaReached(most)
  const { account, region, name, suffix } = secret
  plan(tx, { at: call.now, kind: versionCleanup, id: JSON.stringify([account, region, name, suffix]) })
  tx.afterCommit(() => platform.wakeScheduler())
}

/** The ids of the versions that have to go for the quota to hold, the oldest first. */
export async function versionsTooMany(
  tx: Transaction,
  secret: SecretRecord,
  now: number,
  most: number,
): Promise<readonly string[]> {
  const excess = unlabelledCount(secret) - most
  if (excess <= 0) return []
  const oldest = await removableVersions(tx, secret, now, most + excess)
  return oldest.slice(0, excess).map(({ id }) => id)
}

/** Versions that have no label and are old enough, the oldest first. */
async function removableVersions(
  tx: Transaction,
  secret: SecretRecord,
  now: number,
  unlabelled: number,
): Promise<readonly VersionRecord[]> {
  const labelled = new Set(labelledVersions(secret.stages))
  const rows = await versions.range(tx, { under: versionsOf(secret), limit: unlabelled + labelled.size })
  return rows
    .map(({ record }) => record)
    .filter(({ id, createdAt }) => !labelled.has(id) && now - createdAt >= protectedMilliseconds)
    .sort((a, b) => a.createdAt - b.createdAt)
}
