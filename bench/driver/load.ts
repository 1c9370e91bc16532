import { type Connection, openConnection } from './connection.ts'
import type { Run, Seen } from './messages.ts'
import { type Mark, mark, seenBetween } from './seen.ts'

const first = 0

/**
 * Sends requests over keep-alive connections, the next one on each when the answer to the last one is whole, and measures.
 * Rejects where any answer is not a 200, or a connection ends.
 */
export function driveLoad(requests: readonly Uint8Array[], run: Run): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    let next = first
    let answerBytes = 0
    let began: Mark | undefined
    let over = false

    const end = (settle: () => void): void => {
      if (over) return
      over = true
      clearTimeout(warming)
      for (const connection of connections) connection.close()
      settle()
    }
    const fail = (reason: string): void => end(() => reject(new Error(reason)))
    const finish = (): void => {
      if (began === undefined) fail('The requests ran out before the measurement began.')
      else end(() => resolve(seenBetween(began as Mark, mark(run), latencies, answerBytes)))
    }
    const warming = setTimeout(() => {
      began = mark(run)
      latencies.length = 0
      setTimeout(finish, run.seconds * 1000)
    }, run.warmSeconds * 1000)

    /** The next request, or none when all were sent and none is to be sent twice. */
    const take = (): Uint8Array | undefined => {
      if (next === requests.length && run.repeat) next = first
      return requests[next++]
    }
    const open = (): Connection => {
      let sentAt = 0
      const send = (connection: Connection): void => {
        const request = take()
        if (request === undefined) return finish()
        sentAt = performance.now()
        connection.send(request)
      }
      return openConnection(run.port, {
        opened: send,
        answered(connection, bodyBytes) {
          latencies.push(performance.now() - sentAt)
          answerBytes = bodyBytes
          send(connection)
        },
        failed: fail,
      })
    }
    const connections = Array.from({ length: run.connections }, open)
  })
}
