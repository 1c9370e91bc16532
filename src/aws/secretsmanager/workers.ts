import { gatheringStore } from '../../schedule/gathering-store.ts'
import type { Overflow } from '../../schedule/in-hand.ts'
import type { Scheduler } from '../../schedule/scheduler.ts'
import type { Gateway } from '../invoke.ts'
import { deleteAtWindowEnd } from './delete-at-window-end.ts'
import { deletion } from './deletion.ts'
import { replicationRetry } from './replication-retry.ts'
import { rotateDue } from './rotate.ts'
import { rotation } from './rotation-state.ts'
import { runRetry } from './retry-replication.ts'
import { removeOldVersions } from './remove-old-versions.ts'
import { versionCleanup } from './version-quota.ts'

/** Rotations wait for functions and databases most of their time. */
const rotationsAtOnce = 32
/** Where more are due than that, so many begin together, and are claimed with one commit. */
const gatherMilliseconds = 40
/** Rotations that end within this time are committed together, where many are done. */
const commitMilliseconds = 10

/** Has the scheduler rotate, end recovery windows, remove old versions and try failed replicas again. Many rotations are left to `overflow`. */
export function registerSecretsManagerWorkers(scheduler: Scheduler, gateway: Gateway, overflow?: Overflow): void {
  scheduler.register(deletion, (job) => deleteAtWindowEnd(gateway, job))
  scheduler.register(versionCleanup, (job) => removeOldVersions(gateway, job))
  scheduler.register(replicationRetry, (job) => runRetry(gateway, job))
  scheduler.register(rotation, (job) => rotateDue(gateway, job), {
    atOnce: rotationsAtOnce,
    gatherMilliseconds,
    overflow,
  })
}

/** Has the scheduler of a process that does nothing else rotate. */
export function registerManyRotations(scheduler: Scheduler, gateway: Gateway): void {
  const { platform } = gateway
  const gathering = { ...gateway, platform: { ...platform, store: gatheringStore(platform.store, commitMilliseconds) } }
  scheduler.register(rotation, (job) => rotateDue(gathering, job), { atOnce: rotationsAtOnce, gatherMilliseconds })
}
