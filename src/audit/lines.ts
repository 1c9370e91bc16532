import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** A piece of a file up to and including a newline. */
export interface Line {
  /** Without the newline; good until the next line is asked for. */
  readonly bytes: Buffer
  readonly start: number
  /** Where the next line starts. */
  readonly end: number
  /** False for what stands after the last newline, and for a line too long to be a record, which ends the reading. */
  readonly whole: boolean
}

const newline = 0x0a
const chunkBytes = 256 * 1024
const longestLine = 32 * 1024 * 1024

class Splitter {
  #rest: Buffer = Buffer.alloc(0)
  #at: number

  constructor(from: number) {
    this.#at = from
  }

  get full(): boolean {
    return this.#rest.length > longestLine
  }

  *take(chunk: Buffer): Generator<Line> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let start = 0
    // Only the new part can hold a newline.
    for (let end = bytes.indexOf(newline, this.#rest.length); end !== -1; end = bytes.indexOf(newline, start)) {
      yield { bytes: bytes.subarray(start, end), start: this.#at + start, end: this.#at + end + 1, whole: true }
      start = end + 1
    }
    this.#at += start
    this.#rest = Buffer.from(bytes.subarray(start))
  }

  *last(): Generator<Line> {
    const { length } = this.#rest
    if (length > 0) yield { bytes: this.#rest, start: this.#at, end: this.#at + length, whole: false }
  }
}

/** The lines of a file from an offset on, read in pieces. */
export function* linesOf(path: string, from = 0): Generator<Line> {
  const splitter = new Splitter(from)
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const file = openSync(path, 'r')
  try {
    for (let at = from; !splitter.full; ) {
      const count = readSync(file, chunk, 0, chunkBytes, at)
      if (count === 0) break
      yield* splitter.take(chunk.subarray(0, count))
      at += count
    }
    yield* splitter.last()
  } finally {
    closeSync(file)
  }
}

/** The same for a process that serves meanwhile: every piece is read off the event loop. */
export async function* linesOfLater(path: string): AsyncGenerator<Line> {
  const splitter = new Splitter(0)
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const file = await open(path, 'r')
  try {
    for (let at = 0; !splitter.full; ) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, at)
      if (bytesRead === 0) break
      yield* splitter.take(chunk.subarray(0, bytesRead))
      at += bytesRead
    }
    yield* splitter.last()
  } finally {
    await file.close()
  }
}
