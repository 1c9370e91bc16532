import { plan } from '../../schedule/due.ts'
import { table } from '../../store/table.ts'
import type { Context } from '../operation.ts'
import type { ReplicaRecord, SecretRecord } from './records.ts'
import { storeCaller, type StoredCaller } from './stored-caller.ts'

export const replicationRetry = 'secretsmanager/replication'

interface RetryRecord {
  readonly caller: StoredCaller
}

/** Who last brought a replica up, without success. Keys: account, region, name, suffix, region of the replica. */
const retries = table<RetryRecord>({ name: 'secretsmanager/replication-retry', version: 1 })

/** What the job of a retry is called by. */
export type RetryId = readonly [account: string, region: string, name: string, suffix: string, replicaRegion: string]

const firstDelayMilliseconds = 60_000
const longestDelayMilliseconds = 60 * 60_000
const mostAttempts = 24

/**
 * The state of a replica that failed, with the next attempt planned: in the name of whoever made this one, under what he may
 * do by then. After a day of attempts it waits for somebody to ask for it.
 */
export function planRetry(
  { tx, call, platform }: Context,
  secret: SecretRecord,
  { region, kmsKeyId, retry }: ReplicaRecord,
  message: string,
): ReplicaRecord {
  const failed = { region, kmsKeyId, status: 'Failed', message } as const
  // Only attempts of the scheduler count; whoever changes the secret begins anew.
  const attempts = isRetry(call.via, retry, call.now) ? (retry?.attempts ?? 0) + 1 : 0
  if (attempts >= mostAttempts) return failed
  const at = call.now + Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** attempts)
  const id: RetryId = [secret.account, secret.region, secret.name, secret.suffix, region]
  plan(tx, { at, kind: replicationRetry, id: JSON.stringify(id) })
  retries.put(tx, { caller: storeCaller(call.caller) }, ...id)
  tx.afterCommit(() => platform.wakeScheduler())
  return { ...failed, retry: { at, attempts } }
}

function isRetry(via: readonly string[], retry: ReplicaRecord['retry'], now: number): boolean {
  return via.length > 0 && retry !== undefined && retry.at <= now
}

export async function readRetryCaller(tx: Context['tx'], id: RetryId): Promise<StoredCaller | undefined> {
  return (await retries.get(tx, ...id))?.caller
}

export function forgetRetry(tx: Context['tx'], id: RetryId): void {
  retries.delete(tx, ...id)
}
