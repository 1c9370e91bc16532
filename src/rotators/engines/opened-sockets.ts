import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** The sockets that a piece of work has opened. */
export interface OpenedSockets {
  /** Opens none any more, and ends those that are open when they have sent what they have to. */
  close(): void
  /** Opens none any more, and breaks off those that are open: whoever waits for them fails. */
  destroy(): void
}

interface Opened extends OpenedSockets {
  take(socket: Socket): void
}

const opener = new AsyncLocalStorage<Opened>()
let watching = false

/**
 * Does some work and holds the sockets that it opens, however deep inside a driver: for drivers that wait for ever for an answer and give
 * nobody the socket to break off. Node publishes every socket of a client as `net.client.socket` («Built-in channels», diagnostics_channel),
 * in the context of who opened it.
 */
export function withOpenedSockets<T>(work: () => T): { readonly result: T; readonly sockets: OpenedSockets } {
  if (!watching) {
    watching = true
    subscribe('net.client.socket', (message) => opener.getStore()?.take((message as { socket: Socket }).socket))
  }
  const sockets = openedSockets()
  return { result: opener.run(sockets, work), sockets }
}

function openedSockets(): Opened {
  const open = new Set<Socket>()
  let over = false
  return {
    take(socket) {
      if (over) return breakOff(socket)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    },
    close() {
      over = true
      for (const socket of open) socket.destroySoon()
    },
    destroy() {
      over = true
      for (const socket of open) breakOff(socket)
    },
  }
}

/** With an error: a driver that only sees a socket close may take it for one that is still good. */
function breakOff(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy(new Error('It took too long.'))
}
