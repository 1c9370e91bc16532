/**
 * The numbers and texts of TTC, Oracle's call layer, as node-oracledb's thin driver writes and reads them: an integer is one byte with its
 * length and then that many bytes, highest first; a text is one byte with its length and the bytes, or 254 and chunks that end with an
 * empty one, or 0 or 255 for null.
 */
export class WireReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  bytes(count: number): Buffer {
    if (count > this.left) throw new Error(`The client promised ${count} bytes where ${this.left} are left.`)
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  byte(): number {
    return this.bytes(1)[0] as number
  }

  /** Reads a byte that has only one right value. */
  exactly(value: number, what: string): void {
    const found = this.byte()
    if (found !== value) throw new Error(`${what}: ${value} was expected, and ${found} came.`)
  }

  uint16(): number {
    return this.bytes(2).readUInt16BE()
  }

  integer(longest = 4): number {
    const length = this.byte()
    if (length > longest) throw new Error(`An integer of ${length} bytes came where ${longest} have room.`)
    return length === 0 ? 0 : this.bytes(length).readUIntBE(0, Math.min(length, 6))
  }

  counted(): Buffer {
    const length = this.byte()
    if (length === 255) return Buffer.alloc(0)
    if (length !== 254) return this.bytes(length)
    const chunks: Buffer[] = []
    for (let size = this.integer(); size > 0; size = this.integer()) chunks.push(this.bytes(size))
    return Buffer.concat(chunks)
  }

  text(): string {
    return this.counted().toString()
  }

  /** Up to a byte of zero, which is skipped. */
  terminated(): Buffer {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end === -1) throw new Error('A text without an end came.')
    const found = this.bytes(end - this.#at)
    this.#at++
    return found
  }
}

export class WireWriter {
  readonly #parts: Buffer[] = []

  finish(): Buffer {
    return Buffer.concat(this.#parts)
  }

  bytes(bytes: Buffer): this {
    this.#parts.push(bytes)
    return this
  }

  byte(...values: readonly number[]): this {
    return this.bytes(Buffer.from(values))
  }

  uint16(value: number): this {
    return this.byte(value >> 8, value & 0xff)
  }

  integer(...values: readonly number[]): this {
    for (const value of values) {
      const length = value === 0 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : 4
      const bytes = Buffer.alloc(1 + length)
      bytes[0] = length
      if (length > 0) bytes.writeUIntBE(value, 1, length)
      this.bytes(bytes)
    }
    return this
  }

  counted(value: Buffer | string): this {
    const bytes = Buffer.from(value)
    if (bytes.length < 253) return this.byte(bytes.length).bytes(bytes)
    return this.byte(254).integer(bytes.length).bytes(bytes).integer(0)
  }

  /** A length as an integer, and the text with its own length where there is one. */
  sized(value: Buffer | string): this {
    const length = Buffer.byteLength(value)
    this.integer(length)
    return length > 0 ? this.counted(value) : this
  }
}
