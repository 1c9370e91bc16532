import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../store/store.ts'

/**
 * A store for work that nobody waits for. Its transactions wait before they are committed, so that those which end within so many
 * milliseconds are made durable together.
 */
export function gatheringStore(store: Store, milliseconds: number): Store {
  let gathering: Promise<void> | undefined
  const gathered = (): Promise<void> => {
    gathering ??= delay(milliseconds).then(() => {
      gathering = undefined
    })
    return gathering
  }
  return {
    transaction: (work, options) =>
      store.transaction(async (tx) => {
        const result = await work(tx)
        if (tx.writes) await gathered()
        return result
      }, options),
    look: () => store.look(),
    close: () => store.close(),
  }
}
