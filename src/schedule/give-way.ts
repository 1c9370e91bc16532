/** Called between steps of work that nobody waits for; resolves when it is to go on. A step takes well below a millisecond. */
export type GiveWay = () => Promise<void>

/** So much is done in one go: giving way more often costs more than it is worth. */
const sliceMilliseconds = 0.25
/** For how long a slice lets everybody else go first. */
const longestWaitMilliseconds = 5
/** With more waiting than this, a turn has room for another slice that has waited for so long. */
const waitingPerSlice = 8

interface Waiting {
  readonly since: number
  readonly go: () => void
}

/**
 * Lets requests go before work that nobody waits for. `arrived` counts the requests that have arrived so far. One slice of work is done in
 * each turn of the event loop that brought no request: whatever had arrived is served by then. Where no such turn comes along, a
 * slice is done all the same once it has waited for its time, so that the work goes on under any load.
 */
export function givingWay(arrived: () => number): GiveWay {
  const waiting: Waiting[] = []
  let seen = 0
  let begun = Number.NEGATIVE_INFINITY
  const look = () => {
    const free = arrived() === seen
    seen = arrived()
    const now = performance.now()
    const next = waiting.splice(0, free ? 1 : overdueSlices(waiting, now))
    if (next.length > 0) begun = now
    for (const { go } of next) go()
    if (waiting.length > 0) setImmediate(look)
  }
  return () => {
    const now = performance.now()
    if (now - begun < sliceMilliseconds) return Promise.resolve()
    return new Promise((resolve) => {
      if (waiting.push({ since: now, go: resolve }) > 1) return
      seen = arrived()
      setImmediate(look)
    })
  }
}

function overdueSlices([first, ...others]: readonly Waiting[], now: number): number {
  if (first === undefined || now - first.since < longestWaitMilliseconds) return 0
  return 1 + Math.floor(others.length / waitingPerSlice)
}
