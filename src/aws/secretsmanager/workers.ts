import type { Scheduler } from '../../schedule/scheduler.ts'
import type { Gateway } from '../invoke.ts'
import { deleteAtWindowEnd, deletion } from './deletion.ts'
import { replicationRetry } from './replication-retry.ts'
import { rotateDue } from './rotate.ts'
import { rotation } from './rotation-state.ts'
import { runRetry } from './retry-replication.ts'
import { removeOldVersions, versionCleanup } from './version-quota.ts'

/** Rotations wait for functions and databases most of their time. */
const rotationsAtOnce = 32

/** Has the scheduler rotate, end recovery windows, remove old versions and try failed replicas again. */
export function registerSecretsManagerWorkers(scheduler: Scheduler, gateway: Gateway): void {
  const { store, clock, quotas } = gateway.platform
  scheduler.register(deletion, (job) => deleteAtWindowEnd(store, job))
  scheduler.register(versionCleanup, (job) => removeOldVersions(store, job, clock.now(), quotas))
  scheduler.register(rotation, (job) => rotateDue(gateway, job), { atOnce: rotationsAtOnce })
  scheduler.register(replicationRetry, (job) => runRetry(gateway, job))
}
