import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { followLine, type Link, linkRecord, origin, readLine } from './chain.ts'
import { digestHash, publicHalf, signDigest } from './digest.ts'
import type { AuditRecord } from './record.ts'

export interface SegmentOptions {
  readonly folder: string
  readonly key: KeyObject
  readonly now: () => number
  /** A segment that has reached this many bytes is closed with a signed digest, and the next one begun. */
  readonly segmentBytes?: number
  /** After this many milliseconds with new records the next write signs a digest without closing the segment. */
  readonly digestEvery?: number
}

const segmentName = /^(\d{8})\.jsonl$/
const digestFile = 'digests.log'
const idsKept = 4096

/** The segment files of a folder in order. */
export function segmentFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .sort()
}

/**
 * One process's chain on disk: `NNNNNNNN.jsonl` segments that are only ever appended to, and `digests.log`.
 * A write that fails part-way is taken back, so that the file always ends with a whole line.
 */
export class Segments {
  readonly #options: Required<SegmentOptions>
  #file: number
  #name: string
  #size: number
  #link: Link
  #lastDigest: string
  #digestAt: number
  #digestLink: Link
  /** The ids of the newest records: a recovery offers only records that were written just before the process died. */
  readonly #recent: Set<string>

  constructor(options: SegmentOptions) {
    this.#options = { segmentBytes: 64 * 1024 * 1024, digestEvery: 60 * 60 * 1000, ...options }
    const { folder, key } = this.#options
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'public-key.pem'), publicHalf(key).pem, { mode: 0o600 })
    const { name, link, size, recent } = recover(folder)
    this.#name = name
    this.#link = link
    this.#size = size
    this.#recent = recent
    this.#file = openSync(join(folder, name), 'a', 0o600)
    ftruncateSync(this.#file, size)
    const digests = join(folder, digestFile)
    const lines = existsSync(digests) ? readFileSync(digests, 'utf8').split('\n').filter(Boolean) : []
    this.#lastDigest = lines.length === 0 ? '' : digestHash(lines.at(-1) as string)
    this.#digestAt = this.#options.now()
    this.#digestLink = link
  }

  get link(): Link {
    return this.#link
  }

  has(id: string): boolean {
    return this.#recent.has(id)
  }

  /** Appends records in their order with one write. Throws, having written nothing, where the disk takes no more. */
  write(records: readonly AuditRecord[]): void {
    let link = this.#link
    let text = ''
    for (const record of records) {
      const linked = linkRecord(link, record)
      text += linked.line
      link = linked.link
    }
    const bytes = Buffer.from(text, 'utf8')
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done)
    } catch (error) {
      ftruncateSync(this.#file, this.#size)
      throw error
    }
    this.#size += bytes.length
    this.#link = link
    for (const record of records) this.#remember(record.id)
    if (this.#size >= this.#options.segmentBytes) this.#rotate()
    else if (this.#options.now() - this.#digestAt >= this.#options.digestEvery) this.digest()
  }

  /** Resolves when all that was written so far is on the disk itself. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.#file, (error) => (error ? reject(error) : resolve())))
  }

  /** Signs where the chain stands, unless nothing came since the last digest. */
  digest(): void {
    this.#digestAt = this.#options.now()
    if (this.#link.seq === this.#digestLink.seq) return
    const claim = { segment: this.#name, ...this.#link, time: this.#digestAt, previous: this.#lastDigest }
    const line = signDigest(claim, this.#options.key)
    fsyncSync(this.#file)
    const file = openSync(join(this.#options.folder, digestFile), 'a', 0o600)
    try {
      writeSync(file, line)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    this.#lastDigest = digestHash(line)
    this.#digestLink = this.#link
  }

  close(): void {
    this.digest()
    closeSync(this.#file)
  }

  #rotate(): void {
    this.digest()
    const next = nextName(this.#name)
    const file = openSync(join(this.#options.folder, next), 'a', 0o600)
    closeSync(this.#file)
    this.#file = file
    this.#name = next
    this.#size = 0
  }

  #remember(id: string): void {
    this.#recent.add(id)
    if (this.#recent.size > idsKept) {
      for (const oldest of this.#recent) {
        this.#recent.delete(oldest)
        break
      }
    }
  }
}

function nextName(name: string): string {
  return `${String(Number.parseInt(name, 10) + 1).padStart(8, '0')}.jsonl`
}

/** Finds the end of the chain: the last whole line of the last segment that has one. What follows it is a torn write. */
function recover(folder: string): { name: string; link: Link; size: number; recent: Set<string> } {
  const names = segmentFiles(folder)
  const recent = new Set<string>()
  const last = names.at(-1) ?? '00000001.jsonl'
  let link = origin
  let size = 0
  for (const name of names.slice(-2)) {
    const ended = endOf(join(folder, name), recent)
    if (ended.link) link = ended.link
    size = name === last ? ended.size : 0
  }
  return { name: last, link, size, recent }
}

/** Reads a segment from its end: the newest whole record, where it ends, and the ids of the records before it. */
function endOf(path: string, recent: Set<string>): { link: Link | undefined; size: number } {
  const bytes = readFileSync(path)
  const ids: string[] = []
  let link: Link | undefined
  let size = 0
  for (let end = bytes.lastIndexOf(0x0a) + 1; end > 0 && ids.length < idsKept; ) {
    const start = end > 1 ? bytes.lastIndexOf(0x0a, end - 2) + 1 : 0
    const line = readLine(bytes.toString('utf8', start, end - 1))
    if (line) {
      ids.push(line.id)
      if (!link) {
        link = { seq: line.seq, hash: line.hash }
        size = end
      }
    }
    end = start
  }
  for (const id of ids.reverse()) recent.add(id)
  return { link, size }
}

/** Follows a chain from its origin over the lines of its segments; answers the first fault, or the number of records. */
export function followSegments(folder: string, visit?: (name: string, link: Link, line: string) => void) {
  let link = origin
  for (const name of segmentFiles(folder)) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n')
    const tail = lines.pop()
    for (const [index, line] of lines.entries()) {
      const next = followLine(link, line)
      if (!next)
        return {
          fault: `${name}:${index + 1}: this record does not follow the one before it (number ${link.seq})`,
          link,
        }
      link = next
      visit?.(name, link, line)
    }
    if (tail !== '') return { fault: `${name}: the last line is torn`, link }
  }
  return { link }
}
