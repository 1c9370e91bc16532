import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { BlockList, type Socket, type SocketAddress } from 'node:net'

/** The sockets that a piece of work has opened. */
export interface OpenedSockets {
  /** What one was broken off for, of what they are bound to. */
  readonly refused: 'address' | 'in-the-clear' | undefined
  /** Opens none any more, and ends those that are open when they have sent what they have to. */
  close(): void
  /** Opens none any more, and breaks off those that are open: whoever waits for them fails. */
  destroy(): void
}

/** Whether a socket may connect to an address, after others have connected to these. */
export type MayConnect = (address: string, connected: readonly string[]) => boolean

/** What the sockets of a piece of work are bound to. */
export interface Bounds {
  readonly mayConnect?: MayConnect | undefined
  /** Whether they carry TLS and nothing else. */
  readonly encrypted?: boolean
}

interface Opened extends OpenedSockets {
  take(socket: Socket): void
}

const opener = new AsyncLocalStorage<Opened>()
let watching = false

/**
 * Does some work and holds the sockets that it opens, however deep inside a driver: for drivers that wait for ever for an answer and give
 * nobody the socket to break off. Node publishes every socket of a client as `net.client.socket` («Built-in channels», diagnostics_channel),
 * in the context of who opened it, before it connects.
 */
export function withOpenedSockets<T>(
  work: () => T,
  bounds: Bounds = {},
): { readonly result: T; readonly sockets: OpenedSockets } {
  if (!watching) {
    watching = true
    subscribe('net.client.socket', (message) => opener.getStore()?.take((message as { socket: Socket }).socket))
  }
  const sockets = openedSockets(bounds)
  return { result: opener.run(sockets, work), sockets }
}

function openedSockets({ mayConnect, encrypted = false }: Bounds): Opened {
  const open = new Set<Socket>()
  const connected: string[] = []
  let over = false
  let refused: OpenedSockets['refused']
  const checkAddresses = (socket: Socket, may: MayConnect) => {
    const allows = (address: string) => {
      const allowed = may(address, connected)
      if (!allowed) refused = 'address'
      return allowed
    }
    Object.assign(socket, { blockList: new Gate(allows) })
    // Once more, and before whoever opened it hears that it is open, for a Node that asked nobody.
    socket.once('connect', () => {
      const address = String(socket.remoteAddress)
      if (!allows(address)) return breakOff(socket, 'It may not connect there.')
      connected.push(address)
    })
  }
  return {
    get refused() {
      return refused
    },
    take(socket) {
      if (over) return breakOff(socket, late)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      if (mayConnect) checkAddresses(socket, mayConnect)
      if (encrypted) {
        onPlainWrite(socket, () => {
          refused = 'in-the-clear'
        })
      }
    },
    close() {
      over = true
      for (const socket of open) socket.destroySoon()
    },
    destroy() {
      over = true
      for (const socket of open) breakOff(socket, late)
    },
  }
}

/** Node asks the list of a socket about each address, just before it connects there («net.BlockList»). */
class Gate extends BlockList {
  readonly #mayConnect: (address: string) => boolean

  constructor(mayConnect: (address: string) => boolean) {
    super()
    this.#mayConnect = mayConnect
  }

  override check(address: SocketAddress | string): boolean {
    return !this.#mayConnect(typeof address === 'string' ? address : address.address)
  }
}

/** What is sent over TLS on a socket passes by the socket's own methods: whoever comes through them sends in the clear, and is broken off. */
function onPlainWrite(socket: Socket, tell: () => void): void {
  const refuse = (): void => {
    tell()
    breakOff(socket, 'It may not send in the clear.')
  }
  Object.assign(socket, { _write: refuse, _writev: refuse })
}

const late = 'It took too long.'

/** With an error: a driver that only sees a socket close may take it for one that is still good. */
function breakOff(socket: Socket, why: string): void {
  socket.on('error', () => undefined)
  socket.destroy(new Error(why))
}
