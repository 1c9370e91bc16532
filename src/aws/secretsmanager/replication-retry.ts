import { cancel, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
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
/** A role's session lasts at most so long. */
const longestSessionMilliseconds = 12 * 60 * 60_000

/**
 * The state of a replica that failed, with the next attempt planned: in the name of whoever made this one, under what he may
 * do by then. After a day of attempts, or when a session would be over, it waits for somebody to ask for it.
 */
export function planRetry(
  context: Context,
  secret: SecretRecord,
  replica: ReplicaRecord,
  message: string,
): ReplicaRecord {
  const { tx, call, platform } = context
  const { region, kmsKeyId, retry } = replica
  dropRetry(tx, secret, replica)
  const failed = { region, kmsKeyId, status: 'Failed', message } as const
  // Only attempts of the scheduler count; whoever changes the secret begins anew.
  const attempts = call.via.length > 0 && retry ? retry.attempts + 1 : 0
  const at = call.now + Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** attempts)
  const sessionEnd = call.caller.session ? call.caller.session.issuedAt + longestSessionMilliseconds : at
  if (attempts >= mostAttempts || at > sessionEnd) return failed
  const id = idOf(secret, region)
  plan(tx, { at, kind: replicationRetry, id: JSON.stringify(id) })
  retries.put(tx, { caller: storeCaller(call.caller) }, ...id)
  tx.afterCommit(() => platform.wakeScheduler())
  return { ...failed, retry: { at, attempts } }
}

/** Takes the planned attempt back, if there is one. */
export function dropRetry(tx: Transaction, secret: SecretRecord, { region, retry }: ReplicaRecord): void {
  if (!retry) return
  const id = idOf(secret, region)
  cancel(tx, { at: retry.at, kind: replicationRetry, id: JSON.stringify(id) })
  retries.delete(tx, ...id)
}

export async function readRetryCaller(tx: Transaction, id: RetryId): Promise<StoredCaller | undefined> {
  return (await retries.get(tx, ...id))?.caller
}

function idOf({ account, region, name, suffix }: SecretRecord, replicaRegion: string): RetryId {
  return [account, region, name, suffix, replicaRegion]
}
