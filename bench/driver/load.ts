import { connect, type Socket } from 'node:net'
import { processorSeconds } from '../host/process-group.ts'
import { Answers } from './answers.ts'
import type { Run, Seen } from './messages.ts'

const bufferBytes = 65_536
const first = 0

/**
 * Sends requests over keep-alive connections, the next one on each when the answer to the last one is whole, and measures.
 * Rejects where any answer is not a 200, or a connection ends.
 */
export function driveLoad(requests: readonly Uint8Array[], run: Run): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sockets: Socket[] = []
    const latencies: number[] = []
    let next = first
    let answerBytes = 0
    let began: Mark | undefined
    let over = false

    const end = (settle: () => void): void => {
      if (over) return
      over = true
      clearTimeout(warming)
      for (const socket of sockets) socket.destroy()
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
    for (let index = 0; index < run.connections; index++) sockets.push(open())

    function open(): Socket {
      const answers = new Answers()
      let sentAt = 0
      const send = (): void => {
        const request = take()
        if (request === undefined) return finish()
        sentAt = performance.now()
        socket.write(request)
      }
      const socket = connect({
        port: run.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(bufferBytes),
          callback(length, buffer) {
            if (over) return false
            try {
              const answer = answers.take((buffer as Buffer).subarray(0, length))
              if (answer === undefined) return true
              if (answer.status !== 200) {
                fail(`An answer was not 200: ${answer.text}`)
                return false
              }
              latencies.push(performance.now() - sentAt)
              answerBytes = answer.bodyBytes
              send()
            } catch (error) {
              fail((error as Error).message)
            }
            return true
          },
        },
      })
      socket.once('connect', send)
      socket.on('error', (error) => fail(error.message))
      socket.on('close', () => fail('The server closed a connection.'))
      return socket
    }
  })
}

interface Mark {
  readonly at: number
  readonly serverSeconds: number
  readonly driver: NodeJS.CpuUsage
}

function mark({ processes }: Run): Mark {
  return { at: performance.now(), serverSeconds: processorSeconds(processes), driver: process.cpuUsage() }
}

function seenBetween(began: Mark, ended: Mark, latencies: readonly number[], answerBytes: number): Seen {
  const sorted = Float64Array.from(latencies).sort()
  const percentile = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  const spent = (mark: Mark): number => (mark.driver.user + mark.driver.system) / 1e6
  return {
    requests: sorted.length,
    seconds: (ended.at - began.at) / 1000,
    p50: percentile(0.5),
    p99: percentile(0.99),
    p999: percentile(0.999),
    serverSeconds: ended.serverSeconds - began.serverSeconds,
    driverSeconds: spent(ended) - spent(began),
    answerBytes,
  }
}
