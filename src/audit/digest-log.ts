import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { digestHash, signDigest } from './digest.ts'

const fileName = 'digests.log'

/** The whole lines of a chain's digests, oldest first, and the bytes that they take: what follows them is a torn write. */
export function readDigestLines(folder: string): { lines: readonly string[]; size: number } {
  const path = join(folder, fileName)
  if (!existsSync(path)) return { lines: [], size: 0 }
  const bytes = readFileSync(path)
  const size = bytes.lastIndexOf(0x0a) + 1
  return { lines: bytes.toString('utf8', 0, size).split('\n').slice(0, -1), size }
}

/** The file of signed digests, as its one writer sees it. */
export class DigestLog {
  readonly #path: string
  readonly #key: KeyObject
  #previous: string
  #size: number

  constructor(folder: string, key: KeyObject) {
    this.#path = join(folder, fileName)
    this.#key = key
    const { lines, size } = readDigestLines(folder)
    this.#previous = lines.length === 0 ? '' : digestHash(lines.at(-1) as string)
    this.#size = size
  }

  /** Signs a claim; on disk when it returns. A failure leaves what was there before. */
  append(claim: { segment: string; size: number; seq: number; hash: string; time: number }): void {
    const line = signDigest({ ...claim, previous: this.#previous }, this.#key)
    const bytes = Buffer.from(line)
    const file = openSync(this.#path, 'a', 0o600)
    try {
      // Takes away what a write left that failed or was cut short by a crash.
      ftruncateSync(file, this.#size)
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    this.#previous = digestHash(line)
    this.#size += bytes.length
  }
}
