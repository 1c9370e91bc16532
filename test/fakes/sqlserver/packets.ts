/** Types of packets (MS-TDS 2.2.3.1.1, «Type»). */
export const packetTypes = {
  sqlBatch: 0x01,
  rpc: 0x03,
  result: 0x04,
  attention: 0x06,
  login7: 0x10,
  prelogin: 0x12,
} as const

export interface Message {
  readonly type: number
  readonly data: Buffer
}

const headerBytes = 8
const packetBytes = 4096
const endOfMessage = 0x01
const longestMessage = 1 << 20

/** Thrown where a server ends the connection without a word. */
export class NotTheProtocol extends Error {}

/** Puts messages together from packets (MS-TDS 2.2.3.1, «Packet Header»). Answers those that became whole with this chunk. */
export function messageReader(): (chunk: Buffer) => readonly Message[] {
  let pending = Buffer.alloc(0)
  let parts: Buffer[] = []
  return (chunk) => {
    const whole: Message[] = []
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= headerBytes) {
      const length = pending.readUInt16BE(2)
      if (length < headerBytes) throw new NotTheProtocol()
      if (pending.length < length) break
      parts.push(pending.subarray(headerBytes, length))
      const [type = 0, status = 0] = pending
      if (parts.reduce((sum, part) => sum + part.length, 0) > longestMessage) throw new NotTheProtocol()
      if (status & endOfMessage) {
        whole.push({ type, data: Buffer.concat(parts) })
        parts = []
      }
      pending = pending.subarray(length)
    }
    return whole
  }
}

export function packetsOf({ type, data }: Message): Buffer {
  const packets: Buffer[] = []
  const room = packetBytes - headerBytes
  for (let at = 0; at === 0 || at < data.length; at += room) {
    const part = data.subarray(at, at + room)
    const header = Buffer.alloc(headerBytes)
    header[0] = type
    header[1] = at + room >= data.length ? endOfMessage : 0
    header.writeUInt16BE(headerBytes + part.length, 2)
    header[6] = (packets.length + 1) & 0xff
    packets.push(header, part)
  }
  return Buffer.concat(packets)
}
