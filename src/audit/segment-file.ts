import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** One segment that is being written: appends that happen whole or not at all. */
export class SegmentFile {
  readonly name: string
  readonly #descriptor: number
  #size: number
  /** Something stands behind `#size` that a failed write left. */
  #torn = true
  #syncs = 0
  #retired = false
  #failed = false
  /** Why nothing is taken any more. */
  #failure: Error | undefined

  /** Opens a segment, or makes it, and cuts it to a size. */
  constructor(folder: string, name: string, size: number) {
    this.name = name
    this.#size = size
    this.#descriptor = openSync(join(folder, name), 'a', 0o600)
    this.#mend()
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure
    this.#mend()
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done)
    } catch (error) {
      this.#torn = true
      this.#mend()
      throw error
    }
    this.#size += bytes.length
  }

  /** Resolves when what was appended so far is on the disk itself, and no sync of this file has failed. */
  sync(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    this.#syncs++
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        this.#syncs--
        this.#closeIfUnused()
        if (error) this.fail(error)
        if (this.#failed) reject(this.#failure as Error)
        else resolve()
      })
    })
  }

  /**
   * After a failed sync nobody knows what is on the disk, and the next one would not tell (Linux reports a lost page once):
   * no record is taken any more until a new process has read what is there.
   */
  fail(cause: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure = new Error(`${this.name} could not be made durable; restart the server when the disk is well`, {
      cause,
    })
  }

  /** Closes the file once no sync is under way: its number may then be another file's. */
  retire(): void {
    this.#retired = true
    this.#failure ??= new Error(`${this.name} is closed`)
    this.#closeIfUnused()
  }

  #mend(): void {
    if (!this.#torn) return
    ftruncateSync(this.#descriptor, this.#size)
    this.#torn = false
  }

  #closeIfUnused(): void {
    if (this.#retired && this.#syncs === 0) closeSync(this.#descriptor)
  }
}
