import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { assert } from '../base/assert.ts'
import { syncFolder } from '../base/sync-folder.ts'
import { Lines, type Link, readLine } from './chain.ts'
import { findChainEnd, keepTornLines, segmentAfter, segmentFiles, TrailRefused } from './chain-end.ts'
import { publicHalf } from './digest.ts'
import { DigestLog } from './digest-log.ts'
import { linesOf } from './lines.ts'
import { lockFolder } from './lock.ts'
import type { Sink } from './log.ts'
import type { AuditRecord } from './record.ts'
import { SegmentFile } from './segment-file.ts'
import { buildIndex, IndexEntries, indexPath, longestSegment } from './segment-index.ts'

const retryMilliseconds = 1_000
/** How far back a recovery looks for a record: it offers only what was written just before the process died. */
const newestBytes = 64 * 1024 * 1024

export interface SegmentOptions {
  readonly folder: string
  readonly key: KeyObject
  readonly now: () => number
  /** A segment that has reached this many bytes is closed with a signed digest, and the next one begun. */
  readonly segmentBytes?: number
  /** After this many milliseconds with new records the next write signs a digest without closing the segment. */
  readonly digestEvery?: number
  /** Hears of digests that could not be written and will be tried again. */
  readonly onFault?: (error: unknown) => void
}

/**
 * One process's chain on disk: `NNNNNNNN.jsonl` segments that are only ever appended to, and `digests.log`.
 * A write that fails part-way is taken back, so that the file always ends with a whole line. A segment is on the disk
 * and signed before the next one begins.
 */
export class Segments implements Sink {
  readonly #options: Required<SegmentOptions>
  readonly #unlock: () => void
  readonly #digests: DigestLog
  #file: SegmentFile
  readonly #lines: Lines
  #link: Link
  #signed: number
  #digestAt: number
  /** A digest that could not be written is not tried again before this moment. */
  #notBefore = 0
  #signing: Promise<void> | undefined
  #indexing: Promise<void> = Promise.resolve()
  /** What stands in the segment; absent for one that an earlier process began, which is read again for its index. */
  #entries: IndexEntries | undefined

  /** Goes on with the chain in the folder, or begins one. Throws `TrailRefused` where that cannot be. */
  constructor(options: SegmentOptions) {
    this.#options = { segmentBytes: 64 * 1024 * 1024, digestEvery: 60 * 60 * 1000, onFault: () => {}, ...options }
    const { folder, key, segmentBytes, now } = this.#options
    assert(segmentBytes <= longestSegment / 2, 'a segment is short enough for its index')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const unlock = lockFolder(folder)
    if (!unlock) {
      throw new TrailRefused(
        `Another process writes the audit trail in ${folder}. Each server that shares a store needs a name of its own: the setting «node».`,
      )
    }
    this.#unlock = unlock
    try {
      const end = findChainEnd(folder, createPublicKey(key))
      keepTornLines(folder, end)
      publish(folder, publicHalf(key).pem)
      this.#file = new SegmentFile(folder, end.name, end.size)
      if (end.size === 0) this.#entries = new IndexEntries()
      this.#link = end.link
      this.#lines = new Lines(end.link)
      this.#signed = end.signed
      this.#digests = new DigestLog(folder, key)
      syncFolder(folder)
    } catch (error) {
      unlock()
      throw error
    }
    this.#digestAt = now()
  }

  get link(): Link {
    return this.#link
  }

  write(records: readonly AuditRecord[]): void {
    const lines = this.#lines
    lines.restart(this.#link)
    const offsets: number[] = []
    for (const record of records) {
      offsets.push(this.#file.size + lines.length)
      lines.add(record)
    }
    if (this.#file.size + lines.length > longestSegment) {
      throw new Error(`the audit segment ${this.#file.name} is full and could not be closed`)
    }
    this.#file.append(lines.bytes)
    this.#link = lines.link
    for (let index = 0; index < records.length; index++) {
      this.#entries?.add(records[index] as AuditRecord, offsets[index] as number)
    }
    const { segmentBytes, digestEvery, now } = this.#options
    const moment = now()
    if (moment < this.#notBefore) return
    if (this.#file.size >= segmentBytes || moment - this.#digestAt >= digestEvery) this.#signing ??= this.#sign()
  }

  async sync(): Promise<void> {
    // It may begin the next segment; the one before it is on the disk then.
    await this.#signing
    await this.#file.sync()
  }

  newest(): ReadonlySet<string> {
    const { folder } = this.#options
    const ids = new Set<string>()
    let read = 0
    for (const name of segmentFiles(folder).toReversed()) {
      for (const { bytes, whole, end, start } of linesOf(join(folder, name))) {
        const record = whole ? readLine(bytes.toString('utf8')) : undefined
        if (record) ids.add(record.id)
        read += end - start
      }
      if (read >= newestBytes) break
    }
    return ids
  }

  /** Signs the end of the chain, and lets the folder go. */
  async close(): Promise<void> {
    await this.#signing
    try {
      this.#signNow()
    } finally {
      this.#file.retire()
      await this.#indexing
      this.#unlock()
    }
  }

  /** Most of a segment goes to the disk off the event loop; only what came meanwhile is waited for. */
  async #sign(): Promise<void> {
    try {
      await this.#file.sync()
      this.#signNow()
      if (this.#file.size >= this.#options.segmentBytes) this.#beginNext()
    } catch (error) {
      this.#notBefore = this.#options.now() + retryMilliseconds
      this.#options.onFault(error)
    } finally {
      this.#signing = undefined
    }
  }

  #signNow(): void {
    this.#digestAt = this.#options.now()
    if (this.#link.seq === this.#signed) return
    this.#file.syncNow()
    this.#digests.append({ segment: this.#file.name, size: this.#file.size, ...this.#link, time: this.#digestAt })
    this.#signed = this.#link.seq
  }

  #beginNext(): void {
    const { folder } = this.#options
    const closed = this.#file
    const name = segmentAfter(closed.name)
    try {
      this.#file = new SegmentFile(folder, name, 0)
      syncFolder(folder)
    } catch (error) {
      if (this.#file !== closed) this.#file.retire()
      this.#file = closed
      rmSync(join(folder, name), { force: true })
      throw error
    }
    closed.retire()
    const entries = this.#entries
    this.#entries = new IndexEntries()
    // Whoever looks something up builds an index that is missing.
    this.#indexing = this.#indexing
      .then(() => entries?.write(indexPath(folder, closed.name), closed.size) ?? buildIndex(folder, closed.name))
      .catch(this.#options.onFault)
  }
}

/** The key that verifiers need, beside the chain, replaced whole so that a crash leaves no half of it. */
function publish(folder: string, pem: string): void {
  const path = join(folder, 'public-key.pem')
  if (existsSync(path) && readFileSync(path, 'utf8') === pem) return
  writeFileSync(`${path}.new`, pem, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
