import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { GiveWay } from './give-way.ts'

/**
 * A store for work that nobody waits for. Each of its transactions gives way before it begins, and waits before it is committed, so
 * that those which end within so many milliseconds are made durable together.
 */
export function backgroundStore(store: Store, giveWay: GiveWay, gatherMilliseconds: number): Store {
  let gathering: Promise<void> | undefined
  const gathered = (): Promise<void> => {
    gathering ??= delay(gatherMilliseconds).then(() => {
      gathering = undefined
    })
    return gathering
  }
  return {
    async transaction(work, options) {
      await giveWay()
      return store.transaction(async (tx) => {
        const result = await work(tx)
        if (tx.writes) await gathered()
        return result
      }, options)
    },
    look: () => store.look(),
    close: () => store.close(),
  }
}
