import type { Store } from '../store/store.ts'

/** With more waiting than this, each turn of the event loop has room for another one. */
const waitingPerSlice = 8

/**
 * A store for work that nobody waits for. Its transactions begin one in a turn of the event loop, and a few more where many wait, so
 * that requests which have arrived meanwhile come between them: commits that end together do not have as many jobs go on in one go.
 */
export function backgroundStore(store: Store): Store {
  const turn = oneATurn()
  return {
    async transaction(work, options) {
      await turn()
      return store.transaction(work, options)
    },
    look: () => store.look(),
    close: () => store.close(),
  }
}

/** Resolves for its callers in their order, each in a turn of its own. */
function oneATurn(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const letOn = () => {
    const slices = 1 + Math.floor(waiting.length / waitingPerSlice)
    for (const resolve of waiting.splice(0, slices)) resolve()
    if (waiting.length > 0) setImmediate(letOn)
  }
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(letOn)
    })
}
