import { systemClock } from '../../src/base/clock.ts'
import { plan } from '../../src/schedule/due.ts'
import { Scheduler } from '../../src/schedule/scheduler.ts'
import type { Store } from '../../src/store/store.ts'
import { initialise } from '../server/keyturn.ts'
import { freePort, makePlace } from '../server/place.ts'
import { openConfiguredStore } from '../world/open-store.ts'

/** What one look for due work costs a process. */
export interface LookResult {
  /** How many pieces of work were planned, none of which was due. */
  readonly notDue: number
  readonly microseconds: number
}

const perCommit = 5_000
const batches = 31
const looksInBatch = 200
const dayMilliseconds = 24 * 60 * 60_000
const kind = 'bench/idle'

/** Times looks, in this process, on a SQLite store that holds more and more work for the days to come. */
export async function timeLooks(sizes: readonly number[]): Promise<readonly LookResult[]> {
  const place = await makePlace('sqlite')
  try {
    const configFile = place.configure({ port: await freePort() })
    initialise(configFile)
    const store = await openConfiguredStore(configFile)
    try {
      const results: LookResult[] = []
      let planned = 0
      for (const notDue of sizes) {
        for (; planned < notDue; planned = Math.min(notDue, planned + perCommit)) {
          await planMore(store, planned, Math.min(notDue, planned + perCommit))
        }
        results.push({ notDue, microseconds: await timeLook(store) })
      }
      return results
    } finally {
      await store.close()
    }
  } finally {
    await place.remove()
  }
}

function planMore(store: Store, from: number, to: number): Promise<void> {
  return store.transaction(async (tx) => {
    const tomorrow = Date.now() + dayMilliseconds
    for (let index = from; index < to; index++) plan(tx, { at: tomorrow + index * 100, kind, id: `secret-${index}` })
  })
}

/** The median of many batches, so that a pause of the machine counts for nothing. */
async function timeLook(store: Store): Promise<number> {
  const scheduler = new Scheduler({
    store,
    clock: systemClock,
    onFailure: (_job, _attempts, error) => {
      throw error
    },
  })
  scheduler.register(kind, () => Promise.reject(new Error('Nothing is due.')))
  const times: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    const began = performance.now()
    for (let look = 0; look < looksInBatch; look++) {
      await scheduler.runDue()
      await scheduler.nextDue(systemClock.now() + 5_000)
    }
    times.push(((performance.now() - began) * 1000) / looksInBatch)
  }
  return times.sort((a, b) => a - b)[Math.floor(batches / 2)] as number
}
