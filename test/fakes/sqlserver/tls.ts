import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { messageReader, packetTypes, packetsOf } from './packets.ts'

/**
 * TLS as TDS 7.4 begins it (MS-TDS 3.2.5.1 and 3.3.5.1): the handshake's bytes travel in PRELOGIN packets, and when it is over the packets
 * travel in TLS. The client's first record of application data is where that turns: its type is no packet's.
 */
export function upgrade(socket: Socket, identity: { readonly cert: string; readonly key: string }): TLSSocket {
  const read = messageReader()
  let wrapped = true
  let flight: Buffer[] = []
  // A client reads one message for each that it sends, so all that TLS says at once must be one message.
  const send = () => {
    const data = Buffer.concat(flight)
    flight = []
    if (!socket.destroyed) socket.write(packetsOf({ type: packetTypes.prelogin, data }))
  }
  const transport = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      if (!wrapped) return void socket.write(chunk, () => done())
      if (flight.length === 0) setImmediate(send)
      flight.push(chunk)
      done()
    },
    destroy(_error, done) {
      socket.destroy()
      done(null)
    },
  })
  socket.on('data', (chunk: Buffer) => {
    if (chunk[0] !== packetTypes.prelogin && wrapped) wrapped = false
    if (!wrapped) return void transport.push(chunk)
    for (const { data } of read(chunk)) transport.push(data)
  })
  socket.once('close', () => transport.push(null))
  return new TLSSocket(transport, { isServer: true, secureContext: createSecureContext(identity) })
}
