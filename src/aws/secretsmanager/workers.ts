import type { Scheduler } from '../../schedule/scheduler.ts'
import type { Gateway } from '../invoke.ts'
import { deleteAtWindowEnd, deletion } from './deletion.ts'
import { replicationRetry } from './replication-retry.ts'
import { runRetry } from './retry-replication.ts'
import { removeOldVersions, versionCleanup } from './version-quota.ts'

/** Has the scheduler end recovery windows, remove old versions and try failed replicas again. */
export function registerSecretsManagerWorkers(scheduler: Scheduler, gateway: Gateway): void {
  const { store, clock, quotas } = gateway.platform
  scheduler.register(deletion, (job) => deleteAtWindowEnd(store, job))
  scheduler.register(versionCleanup, (job) => removeOldVersions(store, job, clock.now(), quotas))
  scheduler.register(replicationRetry, (job) => runRetry(gateway, job))
}
