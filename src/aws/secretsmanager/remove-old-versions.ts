import { ClaimLost, type Job } from '../../schedule/scheduler.ts'
import type { Transaction } from '../../store/store.ts'
import type { Gateway } from '../invoke.ts'
import { type SecretRecord, secrets } from './records.ts'
import { endVersions } from './version-deletion.ts'
import { versionsTooMany } from './version-quota.ts'

/** Removes the oldest versions without a label until the quota holds. */
export async function removeOldVersions(gateway: Gateway, job: Job): Promise<void> {
  const { store, clock, quotas } = gateway.platform
  const [account, region, name, suffix] = JSON.parse(job.id) as [string, string, string, string]
  const tooMany = (tx: Transaction, found: SecretRecord) =>
    versionsTooMany(tx, found, clock.now(), quotas.secretVersions)
  const secret = await store.transaction(async (tx) => {
    const found = await secrets.get(tx, account, region, name)
    if (found?.suffix === suffix && (await tooMany(tx, found)).length > 0) return found
    await job.finish(tx)
    return undefined
  })
  if (!secret) return
  let removed = 0
  try {
    await endVersions(gateway, {
      Secret: secret,
      Untold: true,
      async Which(tx, found) {
        const ids = await tooMany(tx, found)
        removed = ids.length
        return ids
      },
      async Finish(tx, found) {
        await job.finish(tx)
        secrets.put(tx, { ...found, versions: found.versions - removed }, account, region, name)
      },
    })
  } catch (error) {
    // Something else happened to the secret meanwhile; the job looks at it anew.
    if (!(error instanceof ClaimLost)) throw error
  }
}
