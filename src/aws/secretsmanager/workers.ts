import { setTimeout as delay } from 'node:timers/promises'
import { backgroundStore } from '../../schedule/background-store.ts'
import { givingWay } from '../../schedule/give-way.ts'
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
/** When thousands are due at once, they leave room for requests: some 220 a second begin in each process. */
const rotationEveryMilliseconds = 4.5

/** Rotations that end within this time are committed together. */
const commitMilliseconds = 10

/**
 * Has the scheduler rotate, end recovery windows, remove old versions and try failed replicas again. `arrived` counts the requests that
 * have arrived: rotations give way to them.
 */
export function registerSecretsManagerWorkers(scheduler: Scheduler, gateway: Gateway, arrived = () => 0): void {
  const { store } = gateway.platform
  scheduler.register(deletion, (job) => deleteAtWindowEnd(gateway, job))
  scheduler.register(versionCleanup, (job) => removeOldVersions(gateway, job))
  const turn = takingTurns(rotationEveryMilliseconds)
  const giveWay = givingWay(arrived)
  const background: Gateway = {
    ...gateway,
    platform: { ...gateway.platform, store: backgroundStore(store, giveWay, commitMilliseconds) },
  }
  scheduler.register(rotation, (job) => turn().then(() => rotateDue(background, job, giveWay)), {
    atOnce: rotationsAtOnce,
    gatherMilliseconds,
  })
  scheduler.register(replicationRetry, (job) => runRetry(gateway, job))
}

/** So much of what a pause has cost is made up for. */
const longestBehindMilliseconds = 100

/** Resolves for one caller after the other, so far apart on average. */
function takingTurns(milliseconds: number): () => Promise<void> {
  let next = 0
  return async () => {
    const now = performance.now()
    const mine = Math.max(now - longestBehindMilliseconds, next)
    next = mine + milliseconds
    if (mine > now) await delay(mine - now)
  }
}
