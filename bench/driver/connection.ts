import { connect } from 'node:net'
import { host } from '../aws/signed-call.ts'
import { Answers } from './answers.ts'

const bufferBytes = 65_536

/** A keep-alive connection that has one request under way at a time. */
export interface Connection {
  send(request: Uint8Array): void
  close(): void
}

export interface ConnectionEvents {
  readonly opened: (connection: Connection) => void
  /** A 200 has arrived whole. */
  readonly answered: (connection: Connection, bodyBytes: number) => void
  /** Anything else; nothing more is heard of the connection. */
  readonly failed: (reason: string) => void
}

export function openConnection(port: number, { opened, answered, failed }: ConnectionEvents): Connection {
  const answers = new Answers()
  let over = false
  const end = (reason: string): void => {
    if (over) return
    over = true
    socket.destroy()
    failed(reason)
  }
  const take = (bytes: Buffer): void => {
    const answer = answers.take(bytes)
    if (answer === undefined) return
    if (answer.status === 200) answered(connection, answer.bodyBytes)
    else end(`An answer was not 200: ${answer.text}`)
  }
  const socket = connect({
    port,
    host,
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(bufferBytes),
      callback(length, buffer) {
        if (over) return false
        try {
          take((buffer as Buffer).subarray(0, length))
        } catch (error) {
          end((error as Error).message)
        }
        return true
      },
    },
  })
  const connection: Connection = {
    send: (request) => void socket.write(request),
    close() {
      over = true
      socket.destroy()
    },
  }
  socket.once('connect', () => opened(connection))
  socket.on('error', (error) => end(error.message))
  socket.on('close', () => end('The server closed a connection.'))
  return connection
}
