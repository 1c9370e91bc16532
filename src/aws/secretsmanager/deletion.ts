import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Job } from '../../schedule/scheduler.ts'
import type { Store, Transaction } from '../../store/store.ts'
import { type SecretRecord, secrets } from './records.ts'
import { removeSecret } from './write-secret.ts'

export const deletion = 'secretsmanager/deletion'

function dueOf({ account, region, name, suffix }: SecretRecord, at: number): Due {
  return { at, kind: deletion, id: JSON.stringify([account, region, name, suffix]) }
}

export function planDeletion(tx: Transaction, secret: SecretRecord, at: number): void {
  plan(tx, dueOf(secret, at))
}

/** Takes the planned end of a secret back, if there is one. */
export function cancelDeletion(tx: Transaction, secret: SecretRecord): void {
  if (secret.deletion) cancel(tx, dueOf(secret, secret.deletion.at))
}

/** Ends a recovery window: the secret goes, unless it was restored. */
export async function deleteAtWindowEnd(store: Store, job: Job): Promise<void> {
  const [account, region, name, suffix] = JSON.parse(job.id) as [string, string, string, string]
  await store.transaction(async (tx) => {
    await job.finish(tx)
    const secret = await secrets.get(tx, account, region, name)
    if (secret?.suffix === suffix && secret.deletion && secret.deletion.at <= job.at) await removeSecret(tx, secret)
  })
}
