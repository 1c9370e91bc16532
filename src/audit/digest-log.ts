import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { type DigestClaim, digestHash, signDigest } from './digest.ts'

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

  /** Signs a claim, one at a time; it is on the disk when this resolves. A failure leaves what was there before. */
  async append(claim: Omit<DigestClaim, 'previous'>): Promise<void> {
    const line = signDigest({ ...claim, previous: this.#previous }, this.#key)
    const file = await open(this.#path, 'a', 0o600)
    try {
      // Takes away what a write left that failed or was cut short by a crash.
      await file.truncate(this.#size)
      await file.writeFile(line)
      await file.sync()
    } finally {
      await file.close()
    }
    this.#previous = digestHash(line)
    this.#size += Buffer.byteLength(line)
  }
}
