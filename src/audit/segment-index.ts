import { hash } from 'node:crypto'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readLine } from './chain.ts'
import { linesOfLater } from './lines.ts'
import type { AuditRecord } from './record.ts'

/**
 * Where the records of a request or a principal stand in a closed segment: a header of five 64-bit numbers (format, size
 * of the segment, earliest and latest time, entries), then two sorted tables of as many 64-bit entries, by request id
 * and by principal. An entry is 36 bits of the name (`shortHash`) above the 28-bit offset of the record. It only says where
 * to look: what is found there is read and compared. It can be deleted at any time and is then made anew.
 */
export interface SegmentIndex {
  /** Milliseconds since 1970. */
  readonly earliest: number
  readonly latest: number
  /** Offsets of lines that may be what is looked for, in the order of the segment. */
  candidates(table: Table, name: string): Promise<readonly number[]>
  close(): Promise<void>
}

export type Table = 'request' | 'principal'

const offsetBits = 28n
/** Entries have no room for more. */
export const longestSegment = 2 ** Number(offsetBits)

const format = 2n
const headerBytes = 40
const entryBytes = 8
const readAtOnce = 512

const inHand = new Map<string, Promise<void>>()

/** Reads a closed segment, in pieces between which other work goes on, and writes its index; whoever asks meanwhile shares that. */
export function buildIndex(folder: string, segment: string): Promise<void> {
  const path = join(folder, segment)
  let building = inHand.get(path)
  if (!building) {
    building = build(path, join(folder, indexName(segment))).finally(() => inHand.delete(path))
    inHand.set(path, building)
  }
  return building
}

async function build(path: string, target: string): Promise<void> {
  const entries = new IndexEntries()
  let size = 0
  for await (const line of linesOfLater(path)) {
    size = line.end
    const record = line.whole ? readLine(line.bytes.toString('utf8')) : undefined
    if (record && line.start < longestSegment) entries.add(record, line.start)
  }
  await entries.write(target, size)
}

/** Which half of a 64-bit word comes first on this machine. */
const lowHalf = new Uint32Array(new BigUint64Array([1n]).buffer)[0] === 1 ? 0 : 1

const leastEntries = 1024

/** The entries of one of the tables, as they come: where they stand and the hash of a name, in words of 64 bits. */
class EntryTable {
  /** Half words: a BigInt for each of a segment's many entries would cost more than its hash. */
  #halves = new Uint32Array(2 * leastEntries)
  #count = 0
  #lastName: string | undefined
  #lastHash = 0

  add(name: string, offset: number): void {
    // The records of a request stand together, and so do those of who is busy.
    if (name !== this.#lastName) this.#lastHash = shortHash(name)
    this.#lastName = name
    const at = 2 * this.#count++
    if (at === this.#halves.length) {
      const longer = new Uint32Array(2 * at)
      longer.set(this.#halves)
      this.#halves = longer
    }
    this.#halves[at + lowHalf] = (this.#lastHash % 16) * 2 ** 28 + offset
    this.#halves[at + 1 - lowHalf] = Math.floor(this.#lastHash / 16)
  }

  /** Puts the entries in order, some milliseconds' work for a segment; none can be added any more. */
  sorted(): BigUint64Array {
    return new BigUint64Array(this.#halves.buffer, 0, this.#count).sort()
  }
}

/** What an index says, gathered record by record: numbers alone, since texts of a whole segment would burden the collector. */
export class IndexEntries {
  readonly #requests = new EntryTable()
  readonly #principals = new EntryTable()
  #earliest = Number.MAX_SAFE_INTEGER
  #latest = 0

  add({ requestId, principal, time }: Omit<AuditRecord, 'json'>, offset: number): void {
    this.#requests.add(requestId, offset)
    this.#principals.add(principal, offset)
    if (time < this.#earliest) this.#earliest = time
    if (time > this.#latest) this.#latest = time
  }

  /** Writes the index of a segment of this size, replacing an older one whole. Other work goes on in between. */
  async write(target: string, size: number): Promise<void> {
    const requests = this.#requests.sorted()
    await new Promise((resolve) => setImmediate(resolve))
    const principals = this.#principals.sorted()
    const count = requests.length
    const header = [format, BigInt(size), BigInt(this.#earliest), BigInt(this.#latest), BigInt(count)]
    const own = `${target}.${process.pid}`
    const file = await open(own, 'w', 0o600)
    try {
      for (const words of [BigUint64Array.from(header), requests, principals])
        await file.appendFile(new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
    } finally {
      await file.close()
    }
    await rename(own, target)
  }
}

/** Where the index of a segment stands. */
export function indexPath(folder: string, segment: string): string {
  return join(folder, indexName(segment))
}

/** Opens the index of a closed segment, and makes it first where it is missing or not this segment's. */
export async function openIndex(folder: string, segment: string): Promise<SegmentIndex> {
  const { size } = await stat(join(folder, segment))
  const found = await openFile(folder, segment, size)
  if (found) return found
  await buildIndex(folder, segment)
  const made = await openFile(folder, segment, size)
  if (!made) throw new Error(`the audit segment ${segment} changed while it was read`)
  return made
}

async function openFile(folder: string, segment: string, size: number): Promise<SegmentIndex | undefined> {
  let file: FileHandle
  try {
    file = await open(join(folder, indexName(segment)), 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { size: length } = await file.stat()
  const head = await readWords(file, 0, headerBytes / 8)
  const [written, of, earliest, latest, count] = head
  if (written !== format || of !== BigInt(size) || length !== headerBytes + 2 * entryBytes * Number(count)) {
    await file.close()
    return undefined
  }
  const entries = Number(count)
  return {
    earliest: Number(earliest),
    latest: Number(latest),
    candidates: (table, name) =>
      search(file, headerBytes + (table === 'request' ? 0 : entries * entryBytes), entries, BigInt(shortHash(name))),
    close: () => file.close(),
  }
}

async function search(file: FileHandle, table: number, entries: number, wanted: bigint): Promise<readonly number[]> {
  let low = 0
  let high = entries
  while (low < high) {
    const middle = (low + high) >>> 1
    const [entry] = await readWords(file, table + middle * entryBytes, 1)
    if (entry !== undefined && entry >> offsetBits < wanted) low = middle + 1
    else high = middle
  }
  const offsets: number[] = []
  for (let at = low; at < entries; at += readAtOnce) {
    const block = await readWords(file, table + at * entryBytes, Math.min(readAtOnce, entries - at))
    for (const entry of block) {
      if (entry >> offsetBits !== wanted) return offsets
      offsets.push(Number(entry & (2n ** offsetBits - 1n)))
    }
  }
  return offsets
}

async function readWords(file: FileHandle, at: number, count: number): Promise<BigUint64Array> {
  const words = new BigUint64Array(count)
  const { bytesRead } = await file.read(new Uint8Array(words.buffer), 0, count * 8, at)
  return words.subarray(0, bytesRead >>> 3)
}

/** 36 bits of a name's SHA-256; of a UUID, such as every request id of ours is, its own first ones, which are random enough. */
function shortHash(name: string): number {
  return name.length === 36 && name.charCodeAt(8) === 0x2d ? uuidHash(name) : sha256Hash(name)
}

function uuidHash(name: string): number {
  let bits = 0
  for (let index = 0; index < 10; index++) {
    if (index === 8) continue
    const digit = digitOf(name.charCodeAt(index))
    if (digit === -1) return sha256Hash(name)
    bits = bits * 16 + digit
  }
  return bits
}

/** The value of a lower-case hexadecimal digit, or -1. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

function sha256Hash(name: string): number {
  return Number.parseInt(hash('sha256', name, 'hex').slice(0, 9), 16)
}

function indexName(segment: string): string {
  return segment.replace('.jsonl', '.index')
}
