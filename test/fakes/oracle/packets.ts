import type { Release } from './release.ts'

/** Packets of TNS, Oracle's transport: a length, a kind at byte 4, and what the kind asks for from byte 8 on. */
export interface Packet {
  readonly kind: number
  readonly bytes: Buffer
}

export const kinds = { connect: 1, accept: 2, refuse: 4, redirect: 5, data: 6, marker: 12 } as const

/** What the byte of a marker says. */
export const markers = { break: 1, reset: 2, interrupt: 3 } as const

const dataStart = 10
const longestPacket = 65_536

/** Cuts a stream into packets. Lengths have two bytes until the connection is accepted, and four from then on. */
export class PacketStream {
  #rest = Buffer.alloc(0)
  long = false

  push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
  }

  next(): Packet | undefined {
    if (this.#rest.length < 8) return undefined
    const length = this.long ? this.#rest.readUInt32BE() : this.#rest.readUInt16BE()
    if (length < 8 || length > longestPacket) throw new Error(`A packet of ${length} bytes came.`)
    if (this.#rest.length < length) return undefined
    const bytes = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return { kind: bytes[4] as number, bytes }
  }
}

function packet(kind: number, long: boolean, bytes: Buffer): Buffer {
  if (long) bytes.writeUInt32BE(bytes.length)
  else bytes.writeUInt16BE(bytes.length)
  bytes[4] = kind
  return bytes
}

/** What follows the header and the flags of a data packet. */
export function dataOf({ bytes }: Packet): Buffer {
  return bytes.subarray(dataStart)
}

/** Whether a data packet says that nothing will follow it. */
export function isEnd({ bytes }: Packet): boolean {
  return (bytes.readUInt16BE(8) & 0x40) !== 0
}

/** Whether a data packet is the last of a call. */
export function isLast({ bytes }: Packet): boolean {
  return (bytes.readUInt16BE(8) & 0x800) !== 0
}

export function dataPacket(body: Buffer, endsAnswer: boolean): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(dataStart), body])
  bytes.writeUInt16BE(endsAnswer ? 0x2000 : 0, 8)
  return packet(kinds.data, true, bytes)
}

export function markerPacket(value: number): Buffer {
  const bytes = Buffer.alloc(11)
  bytes[8] = 1
  bytes[10] = value
  return packet(kinds.marker, true, bytes)
}

export function markerOf({ bytes }: Packet): number {
  return bytes[10] as number
}

/** The connect descriptor, or nothing where it is in a packet of its own that follows. */
export function descriptorOf({ bytes }: Packet): string | undefined {
  const length = bytes.readUInt16BE(24)
  const start = bytes.readUInt16BE(26)
  return start + length <= bytes.length ? bytes.toString('ascii', start, start + length) : undefined
}

const noNetworkServices = 0x08

export function acceptPacket({ transport, fastLogin }: Release): Buffer {
  const bytes = Buffer.alloc(45)
  bytes.writeUInt16BE(transport, 8)
  bytes.writeUInt16BE(8192, 12)
  bytes.writeUInt16BE(32_767, 14)
  bytes[23] = noNetworkServices
  bytes.writeUInt32BE(8192, 32)
  bytes.writeUInt32BE(65_535, 36)
  const endOfAnswer = transport >= 319 ? 0x0200_0000 : 0
  bytes.writeUInt32BE(endOfAnswer + (fastLogin ? 0x1000_0000 : 0), 41)
  return packet(kinds.accept, false, bytes)
}

/** A listener's refusal, with the number of its error. */
export function refusePacket(error: number): Buffer {
  const text = Buffer.from(`(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=${error})(ERROR_STACK=(ERROR=(CODE=${error})(EMFI=4))))`)
  const bytes = Buffer.concat([Buffer.alloc(12), text])
  bytes.writeUInt16BE(text.length, 10)
  return packet(kinds.refuse, false, bytes)
}

/** A listener's word that another one is to be asked. */
export function redirectPacket(protocol: string, host: string, port: number): Buffer {
  const text = Buffer.from(`(ADDRESS=(PROTOCOL=${protocol})(HOST=${host})(PORT=${port}))`)
  const bytes = Buffer.concat([Buffer.alloc(10), text])
  bytes.writeUInt16BE(text.length, 8)
  return packet(kinds.redirect, false, bytes)
}
