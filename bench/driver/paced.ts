import { type Connection, openConnection } from './connection.ts'
import type { PacedRun, PacedSeen } from './messages.ts'
import { type Mark, mark, percentile, seenBetween } from './seen.ts'

/**
 * Sends requests at moments that were fixed before, as many clients do that know nothing of each other: the times between
 * them are random (a Poisson process), the same in every run. A request whose moment comes while all connections are busy
 * waits here, and its latency counts from its moment, so a server that stalls is seen stalling. Runs until `stopped`
 * says so, or its time is over. The driver asks the clock all the time: a timer would be late by a millisecond.
 */
export function drivePaced(requests: readonly Uint8Array[], run: PacedRun, stopped: () => boolean): Promise<PacedSeen> {
  return new Promise((resolve, reject) => {
    const moments = arrivals(run.perSecond)
    const free: Connection[] = []
    const dueAt = new Map<Connection, number>()
    const waiting: number[] = []
    const latencies: number[] = []
    const lateness: number[] = []
    let opening = run.connections
    let sent = 0
    let next = 0
    let answerBytes = 0
    let began: Mark | undefined
    let measureFrom = 0
    let over = false

    const end = (settle: () => void): void => {
      if (over) return
      over = true
      for (const connection of connections) connection.close()
      settle()
    }
    const fail = (reason: string): void => end(() => reject(new Error(reason)))
    const finish = (): void => {
      if (began === undefined) return fail('The run ended before the measurement began.')
      const seen = seenBetween(began, mark(run), latencies, answerBytes)
      end(() => resolve({ ...seen, lateP99: percentile(Float64Array.from(lateness).sort(), 0.99) }))
    }
    const send = (connection: Connection, moment: number): void => {
      dueAt.set(connection, moment)
      connection.send(requests[sent++ % requests.length] as Uint8Array)
    }
    const step = (): void => {
      if (over) return
      const now = performance.now()
      if (began === undefined && now >= measureFrom) began = mark(run)
      if (began !== undefined && (stopped() || now >= measureFrom + run.seconds * 1000)) return finish()
      for (; next <= now; next += moments.next().value) {
        if (next >= measureFrom) lateness.push(now - next)
        // In turn, so that none is idle for as long as a server keeps it.
        const connection = free.shift()
        if (connection === undefined) waiting.push(next)
        else send(connection, next)
      }
      setImmediate(step)
    }
    const connections = Array.from({ length: run.connections }, () =>
      openConnection(run.port, {
        opened(connection) {
          free.push(connection)
          if (--opening > 0) return
          next = performance.now()
          measureFrom = next + run.warmSeconds * 1000
          step()
        },
        answered(connection, bodyBytes) {
          const moment = dueAt.get(connection) as number
          if (moment >= measureFrom) latencies.push(performance.now() - moment)
          answerBytes = bodyBytes
          const oldest = waiting.shift()
          if (oldest === undefined) free.push(connection)
          else send(connection, oldest)
        },
        failed: fail,
      }),
    )
  })
}

const seed = 20_260_101

/** Milliseconds from one arrival to the next. */
function* arrivals(perSecond: number): Generator<number, never> {
  let state = seed
  for (;;) {
    // Marsaglia's xorshift of 32 bits.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const uniform = ((state >>> 0) + 0.5) / 2 ** 32
    yield (-Math.log(uniform) * 1000) / perSecond
  }
}
