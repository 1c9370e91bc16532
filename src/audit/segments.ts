import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { assert } from '../base/assert.ts'
import { syncFolder, syncFolderLater } from '../base/sync-folder.ts'
import { Lines, type Link, readLine } from './chain.ts'
import { cutToEnd, findChainEnd, type SegmentEnd, segmentAfter, segmentFiles, TrailRefused } from './chain-end.ts'
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

/** A segment that the next one follows already, while it is put on the disk and its end is signed. */
interface Closed {
  readonly file: SegmentFile
  readonly link: Link
  readonly entries: IndexEntries | undefined
  /** Resolves when the segment is on the disk, and the name of the next one. */
  readonly durable: Promise<void>
}

/**
 * One process's chain on disk: `NNNNNNNN.jsonl` segments that are only ever appended to, and `digests.log`.
 * A write that fails part-way is taken back, so that the file always ends with a whole line. Writes never wait for the disk:
 * the next segment begins at once when one is full, which is then put on the disk and signed beside it. At most one segment
 * waits for that, so all but the last two are always signed; until then the last one grows on.
 */
export class Segments implements Sink {
  readonly #options: Required<SegmentOptions>
  readonly #unlock: () => void
  readonly #digests: DigestLog
  #file: SegmentFile
  readonly #lines: Lines
  #link: Link
  /** No digest covers the end of the segment before this one. */
  #behind: boolean
  /** The segment that an earlier process left before this one, put on the disk at the start but not signed. */
  readonly #before: SegmentEnd | undefined
  /** The number of the last record that a digest covers. */
  #signed: number
  #closed: Closed | undefined
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
    let kept: readonly string[]
    try {
      const end = findChainEnd(folder, createPublicKey(key))
      kept = cutToEnd(folder, end)
      publish(folder, publicHalf(key).pem)
      this.#file = new SegmentFile(folder, end.name, end.size)
      if (end.size === 0) this.#entries = new IndexEntries()
      this.#link = end.link
      this.#before = end.unsigned.at(-1)
      this.#behind = this.#before !== undefined
      this.#lines = new Lines(end.link)
      this.#signed = end.signed
      this.#digests = new DigestLog(folder, key)
      syncFolder(folder)
    } catch (error) {
      unlock()
      throw error
    }
    this.#digestAt = now()
    if (kept.length > 0) {
      this.#options.onFault(
        new Error(
          `the audit trail had not reached the disk whole when its last writer ended; what is out of order is kept in ${kept.join(' and ')}`,
        ),
      )
    }
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
    this.#signWhenDue()
  }

  async sync(): Promise<void> {
    await Promise.all([this.#closed?.durable, this.#file.sync()])
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
      if (this.#closed) await this.#signClosed(this.#closed)
      if (this.#link.seq !== this.#signed) await this.#signOpen()
    } finally {
      this.#closed?.file.retire()
      this.#file.retire()
      await this.#indexing
      this.#unlock()
    }
  }

  #signWhenDue(): void {
    const { segmentBytes, digestEvery, now } = this.#options
    const moment = now()
    // No record is signed twice: a verifier meets each digest at a record of its own.
    if (this.#signing || this.#link.seq === this.#signed || moment < this.#notBefore) return
    const due = this.#behind || this.#file.size >= segmentBytes || moment - this.#digestAt >= digestEvery
    if (!due) return
    this.#signing = this.#sign()
      .catch((error: unknown) => {
        this.#notBefore = now() + retryMilliseconds
        this.#options.onFault(error)
      })
      .finally(() => {
        this.#signing = undefined
      })
  }

  async #sign(): Promise<void> {
    if (!this.#behind && this.#file.size >= this.#options.segmentBytes) this.#beginNext()
    if (this.#closed) await this.#signClosed(this.#closed)
    else await this.#signOpen()
  }

  async #signClosed(closed: Closed): Promise<void> {
    await closed.durable
    await this.#signEnd(closed.file, closed.file.size, closed.link)
    this.#closed = undefined
    closed.file.retire()
    // Whoever looks something up builds an index that is missing.
    const { folder, onFault } = this.#options
    const { file, entries } = closed
    this.#indexing = this.#indexing
      .then(() => entries?.write(indexPath(folder, file.name), file.size) ?? buildIndex(folder, file.name))
      .catch(onFault)
  }

  async #signOpen(): Promise<void> {
    const file = this.#file
    const { size } = file
    const link = this.#link
    await file.sync()
    if (size === 0 && this.#before) await this.#signEnd(this.#before, this.#before.size, link)
    else await this.#signEnd(file, size, link)
  }

  /** Signs a part of the chain that is on the disk, in the segment in which its last record stands. */
  async #signEnd({ name }: { readonly name: string }, size: number, link: Link): Promise<void> {
    this.#digestAt = this.#options.now()
    await this.#digests.append({ segment: name, size, ...link, time: this.#digestAt })
    this.#signed = link.seq
    this.#behind = false
  }

  #beginNext(): void {
    const { folder } = this.#options
    const closed = this.#file
    const name = segmentAfter(closed.name)
    const next = new SegmentFile(folder, name, 0)
    try {
      const durable = Promise.all([closed.sync(), syncFolderLater(folder)]).then(
        () => {},
        (error: unknown) => {
          // What follows a part that may not be on the disk could not be gone on with after a power failure.
          next.fail(error)
          throw error
        },
      )
      this.#closed = { file: closed, link: this.#link, entries: this.#entries, durable }
    } catch (error) {
      next.retire()
      rmSync(join(folder, name), { force: true })
      throw error
    }
    this.#file = next
    this.#behind = true
    this.#entries = new IndexEntries()
  }
}

/** The key that verifiers need, beside the chain, replaced whole so that a crash leaves no half of it. */
function publish(folder: string, pem: string): void {
  const path = join(folder, 'public-key.pem')
  if (existsSync(path) && readFileSync(path, 'utf8') === pem) return
  writeFileSync(`${path}.new`, pem, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
