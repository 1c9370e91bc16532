/** Bytes as they come, taken in pieces of a wanted length. Holds what was asked for and one chunk more. */
export interface ByteStream {
  /** Up to so many bytes: fewer only at the end. */
  take(most: number): Promise<Buffer>
  /** As `take`, but they stay. */
  peek(most: number): Promise<Buffer>
  atEnd(): Promise<boolean>
}

export function byteStream(source: AsyncIterable<Uint8Array>): ByteStream {
  const chunks = source[Symbol.asyncIterator]()
  let held: Uint8Array[] = []
  let size = 0
  let ended = false
  const fill = async (wanted: number): Promise<void> => {
    while (!ended && size < wanted) {
      const next = await chunks.next()
      if (next.done) ended = true
      else {
        held.push(next.value)
        size += next.value.length
      }
    }
  }
  const peek = async (most: number): Promise<Buffer> => {
    await fill(most)
    if (held.length > 1) held = [Buffer.concat(held)]
    const [all = Buffer.alloc(0)] = held
    return Buffer.from(all.buffer, all.byteOffset, Math.min(most, size))
  }
  return {
    peek,
    async take(most) {
      const taken = await peek(most)
      size -= taken.length
      held = held.map((all) => all.subarray(taken.length))
      return taken
    },
    async atEnd() {
      await fill(1)
      return size === 0
    },
  }
}
