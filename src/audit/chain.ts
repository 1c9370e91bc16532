import { hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { type AuditRecord, recordOf } from './record.ts'

/** Where a chain stands: the number and the hash of its newest record. */
export interface Link {
  readonly seq: number
  readonly hash: string
}

/** What stands before the first record. */
export const origin: Link = { seq: 0, hash: '' }

const hashLength = 43
const room = 256
const shortestBuffer = 64 * 1024
/** A longer buffer is not kept: one large record would hold its memory for ever. */
const longestKept = 4 * 1024 * 1024

/**
 * Lines of records, each with the link that it makes. The hash (SHA-256, base64url) covers the hash before it, the number
 * and the rest of the line byte for byte, so a record that is altered, removed, added or moved breaks every later one.
 * A record becomes bytes once, in place: what is hashed is what is written.
 */
export class Lines {
  #bytes = Buffer.allocUnsafeSlow(shortestBuffer)
  #length = 0
  #link: Link

  constructor(previous: Link) {
    this.#link = previous
  }

  /** The link that the last line made. */
  get link(): Link {
    return this.#link
  }

  /** How many bytes the lines have. */
  get length(): number {
    return this.#length
  }

  /** The lines, good until the next `add` or `restart`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  add({ json }: AuditRecord): void {
    // A unit of UTF-16 has three bytes in UTF-8 at most.
    this.#ensure(room + 3 * json.length)
    const seq = this.#link.seq + 1
    const number = `{"seq":${seq},"hash":"`
    const start = this.#length + number.length + hashLength + 2
    let end = start + this.#bytes.write(eventName, start, 'latin1')
    end += this.#bytes.write(json, end, 'utf8')
    this.#bytes[end++] = brace
    this.#bytes[end++] = newline
    assert(this.#bytes.indexOf(newline, start) === end - 1, 'an audit event is one line')
    // What is hashed with the body stands for a moment where the head of the line will be, which is longer.
    const before = `${this.#link.hash}\n${seq}\n`
    const hashed = start - before.length
    this.#bytes.write(before, hashed, 'latin1')
    const digest = hash('sha256', this.#bytes.subarray(hashed, end - 1), 'base64url')
    this.#bytes.write(`${number}${digest}",`, this.#length, 'latin1')
    this.#length = end
    this.#link = { seq, hash: digest }
  }

  /** Forgets the lines, and goes on from a link. */
  restart(link: Link): void {
    this.#length = 0
    this.#link = link
    if (this.#bytes.length > longestKept) this.#bytes = Buffer.allocUnsafeSlow(shortestBuffer)
  }

  #ensure(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

const eventName = '"event":'
const newline = 0x0a
const brace = 0x7d
function linkHash(previousHash: string, seq: number, body: string): string {
  return hash('sha256', `${previousHash}\n${seq}\n${body}`, 'base64url')
}

/** The link that a line (without its newline) makes after `previous`, or nothing where it does not follow it. */
export function followLine(previous: Link, line: string): Link | undefined {
  const seq = previous.seq + 1
  const head = `{"seq":${seq},"hash":"`
  if (!line.startsWith(head) || !line.endsWith('}')) return undefined
  const hashEnd = head.length + hashLength
  const digest = line.slice(head.length, hashEnd)
  if (!line.startsWith('",', hashEnd)) return undefined
  return linkHash(previous.hash, seq, line.slice(hashEnd + 2)) === digest ? { seq, hash: digest } : undefined
}

/** A line read back: its place in the chain and its record. */
export interface ReadLine extends AuditRecord {
  readonly seq: number
  readonly hash: string
  readonly event: unknown
}

/** Reads a line without judging its hash, or nothing where it is not a whole record. */
export function readLine(line: string): ReadLine | undefined {
  let parsed: Record<string, unknown> | null
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  const { seq, hash: digest, event } = parsed ?? {}
  if (typeof seq !== 'number' || typeof digest !== 'string') return undefined
  const record = recordOf(event, line.slice(line.indexOf(eventName) + eventName.length, -1))
  return record && { ...record, seq, hash: digest, event }
}
