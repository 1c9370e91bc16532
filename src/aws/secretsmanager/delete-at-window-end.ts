import { ClaimLost, type Job } from '../../schedule/scheduler.ts'
import type { Transaction } from '../../store/store.ts'
import type { Gateway } from '../invoke.ts'
import { type SecretRecord, secrets } from './records.ts'
import { endVersions, versionIds } from './version-deletion.ts'
import { removeSecret } from './write-secret.ts'

/** Ends a recovery window: the secret goes, unless it was restored. */
export async function deleteAtWindowEnd(gateway: Gateway, job: Job): Promise<void> {
  const secret = await gateway.platform.store.transaction(async (tx) => {
    const found = await readDue(tx, job)
    if (found && found.versions > 0) return found
    await job.finish(tx)
    if (found) await removeSecret(tx, found)
    return undefined
  })
  if (!secret) return
  try {
    await endVersions(gateway, {
      Secret: secret,
      async Which(tx) {
        const found = await readDue(tx, job)
        return found ? versionIds(tx, found) : []
      },
      async Finish(tx, found) {
        await job.finish(tx)
        await removeSecret(tx, found)
      },
    })
  } catch (error) {
    // It was restored, or deleted at once, meanwhile.
    if (!(error instanceof ClaimLost)) throw error
  }
}

async function readDue(tx: Transaction, job: Job): Promise<SecretRecord | undefined> {
  const [account, region, name, suffix] = JSON.parse(job.id) as [string, string, string, string]
  const secret = await secrets.get(tx, account, region, name)
  return secret?.suffix === suffix && secret.deletion && secret.deletion.at <= job.at ? secret : undefined
}
