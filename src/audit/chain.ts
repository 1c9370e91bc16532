import { hash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import type { AuditRecord } from './record.ts'

/** Where a chain stands: the number and the hash of its newest record. */
export interface Link {
  readonly seq: number
  readonly hash: string
}

/** What stands before the first record. */
export const origin: Link = { seq: 0, hash: '' }

export interface Linked {
  readonly line: string
  readonly link: Link
}

const hashLength = 43

/**
 * The line of a record, and the link that it makes. The hash (SHA-256, base64url) covers the hash before it, the number
 * and the rest of the line byte for byte, so a record that is altered, removed, added or moved breaks every later one.
 */
export function linkRecord(previous: Link, record: AuditRecord): Linked {
  assert(!record.json.includes('\n'), 'an audit event is one line')
  const seq = previous.seq + 1
  const body = `"id":${JSON.stringify(record.id)},"request":${JSON.stringify(record.requestId)},"principal":${JSON.stringify(record.principal)},"event":${record.json}}`
  const digest = linkHash(previous.hash, seq, body)
  return { line: `{"seq":${seq},"hash":"${digest}",${body}\n`, link: { seq, hash: digest } }
}

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
  const { seq, hash: digest, id, request, principal, event } = parsed ?? {}
  if (typeof seq !== 'number' || typeof digest !== 'string' || typeof id !== 'string') return undefined
  if (typeof request !== 'string' || typeof principal !== 'string' || typeof event !== 'object') return undefined
  const at = line.indexOf(',"event":')
  return { seq, hash: digest, id, requestId: request, principal, event, json: line.slice(at + 9, -1) }
}

const idPlace = /^\{"seq":\d+,"hash":"[\w-]{43}","id":"([^"\\]+)",/

/** The id of a line's record without reading the whole of it. */
export function idOfLine(line: string): string | undefined {
  return idPlace.exec(line)?.[1] ?? readLine(line)?.id
}
