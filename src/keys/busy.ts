/** More work of a kind waits already than can be done in a tolerable time; whoever asked may ask again. */
export class KeysBusy extends Error {
  override readonly name = 'KeysBusy'
}

/**
 * Lets a number of works run at once and others wait, up to a number, for their turn. Beyond it they are refused with
 * `KeysBusy`, so that what takes long cannot take all threads of the process.
 */
export function gate(atOnce: number, mostWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) throw new KeysBusy()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running++
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
