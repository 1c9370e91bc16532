import { setTimeout as delay } from 'node:timers/promises'
import { backgroundStore } from '../../schedule/background-store.ts'
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
/** Where more are due than that, so many begin together, and are claimed with one commit. */
const gatherMilliseconds = 40
/** When thousands are due at once, they leave room for requests: some 250 a second begin in each process. */
const rotationEveryMilliseconds = 4

/** Has the scheduler rotate, end recovery windows, remove old versions and try failed replicas again. */
export function registerSecretsManagerWorkers(scheduler: Scheduler, gateway: Gateway): void {
  const { store, clock, quotas } = gateway.platform
  scheduler.register(deletion, (job) => deleteAtWindowEnd(store, job))
  scheduler.register(versionCleanup, (job) => removeOldVersions(store, job, clock.now(), quotas))
  const turn = takingTurns(rotationEveryMilliseconds)
  const background: Gateway = { ...gateway, platform: { ...gateway.platform, store: backgroundStore(store) } }
  scheduler.register(rotation, (job) => turn().then(() => rotateDue(background, job)), {
    atOnce: rotationsAtOnce,
    gatherMilliseconds,
  })
  scheduler.register(replicationRetry, (job) => runRetry(gateway, job))
}

/** A process that comes so late to its own timers has requests waiting that arrived meanwhile. */
const lateMilliseconds = 20
const longestHoldMilliseconds = 250

/** Resolves for one caller after the other, so far apart; those who came late, once more behind what else is waiting. */
function takingTurns(milliseconds: number): () => Promise<void> {
  let next = 0
  const slot = async (): Promise<number> => {
    const now = performance.now()
    const mine = Math.max(now, next)
    next = mine + milliseconds
    if (mine > now) await delay(mine - now)
    return performance.now() - mine
  }
  return async () => {
    const late = await slot()
    if (late < lateMilliseconds) return
    next = Math.max(next, performance.now() + Math.min(longestHoldMilliseconds, late * 2))
    await slot()
  }
}
