import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withOpenedSockets } from './opened-sockets.ts'

let server: Server
const accepted = new Set<Socket>()

beforeEach(async () => {
  accepted.clear()
  server = createServer({ allowHalfOpen: true }, (socket) => void accepted.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  for (const socket of accepted) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const open = () => {
  const address = server.address()
  return connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
}

/** Opens a socket as a driver would, a few steps deep. */
async function openDeep(): Promise<Socket> {
  await Promise.resolve()
  const socket = open()
  await once(socket, 'connect')
  return socket
}

test('breaks off the sockets of its work, which hear an error, and no others', async () => {
  const other = withOpenedSockets(openDeep)
  const { result, sockets } = withOpenedSockets(() => Promise.all([openDeep(), openDeep()]))
  const [mine, outside, others] = [await result, await openDeep(), await other.result]
  const errors = mine.map((socket) => once(socket, 'error'))
  sockets.destroy()
  expect(await Promise.all(errors)).toEqual([[expect.any(Error)], [expect.any(Error)]])
  expect([outside.destroyed, others.destroyed]).toEqual([false, false])
  outside.destroy()
  other.sockets.destroy()
})

test('a socket whose listeners were taken away breaks off without a word', async () => {
  const { result, sockets } = withOpenedSockets(openDeep)
  const socket = await result
  socket.removeAllListeners()
  const closed = once(socket, 'close').catch(() => undefined)
  sockets.destroy()
  await closed
  expect(socket.destroyed).toBe(true)
})

test('closes when all is sent, though the other side does not', async () => {
  const { result, sockets } = withOpenedSockets(openDeep)
  const socket = await result
  await expect.poll(() => accepted.size).toBe(1)
  const [peer] = accepted
  const closed = once(socket, 'close')
  const heard = once(peer as Socket, 'data')
  socket.write('farewell')
  sockets.close()
  expect(String(await heard)).toBe('farewell')
  await closed
})

test.each(['close', 'destroy'] as const)('opens none after %s', async (end) => {
  const gate = Promise.withResolvers<void>()
  const { result, sockets } = withOpenedSockets(async () => {
    await gate.promise
    const socket = open()
    return once(socket, 'close').catch(() => [socket.destroyed])
  })
  sockets[end]()
  gate.resolve()
  await expect(result).resolves.toBeDefined()
  expect([...accepted].every((socket) => socket.bytesRead === 0)).toBe(true)
})
