import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { fromUtf8 } from '../base/bytes.ts'
import { followLine, type Link, origin, readLine } from './chain.ts'
import { type DigestClaim, openDigest } from './digest.ts'
import { readDigestLines } from './digest-log.ts'
import { linesOf } from './lines.ts'

/** The trail on disk is not one that this process may go on with; the message says what is wrong and what to do. */
export class TrailRefused extends Error {
  override readonly name = 'TrailRefused'
}

const segmentName = /^\d{8}\.jsonl$/

/** The segment files of a folder in order. */
export function segmentFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .sort()
}

export const firstSegment = '00000001.jsonl'

export function segmentAfter(name: string): string {
  return `${String(Number.parseInt(name, 10) + 1).padStart(8, '0')}.jsonl`
}

export interface SegmentEnd {
  readonly name: string
  readonly size: number
  readonly link: Link
}

/** Where a chain is gone on with: after `link`, which ends at `size` in the segment `name`. */
export interface ChainEnd extends SegmentEnd {
  /** The number of the last record that a digest covers. */
  readonly signed: number
  /** Segments before this one of which no digest covers the end. */
  readonly unsigned: readonly SegmentEnd[]
  /** The segment after this one, where what stands before it never reached the disk. */
  readonly aside: string | undefined
}

/**
 * Finds the end of the chain that an earlier process left: from the last digest on every record is checked. What a power
 * failure takes away is left out of the end: a torn write and what stands behind it. In a segment that still waited for
 * its signature that includes the one after it, of which nothing was acknowledged as durable before. Anything else that
 * does not follow is no accident: the trail is refused.
 */
export function findChainEnd(folder: string, publicKey: KeyObject): ChainEnd {
  const claim = lastClaim(folder, publicKey)
  const names = segmentFiles(folder)
  if (claim && sizeOf(folder, claim.segment) < claim.size)
    throw refusal(folder, 'it ends before the record that was signed last')
  const name = claim?.segment ?? names[0] ?? firstSegment
  const link: Link = claim ? { seq: claim.seq, hash: claim.hash } : origin
  const signed = link.seq
  const unsigned: SegmentEnd[] = []
  let end = names.includes(name) ? follow(folder, { name, size: claim?.size ?? 0, link }) : { name, size: 0, link }
  for (const next of names.slice(names.indexOf(name) + 1)) {
    if (sizeOf(folder, end.name) !== end.size || leavesOut(folder, next, end.link)) {
      if (next !== names.at(-1)) throw refusal(folder, `${end.name} does not end with a whole record`)
      return { ...end, signed, unsigned, aside: next }
    }
    if (end.link.seq > signed) unsigned.push(end)
    end = follow(folder, { name: next, size: 0, link: end.link })
  }
  return { ...end, signed, unsigned, aside: undefined }
}

/** Follows the records of one segment to its end, or to a torn write. */
function follow(folder: string, from: SegmentEnd): SegmentEnd {
  const { name } = from
  let { size, link } = from
  for (const line of linesOf(join(folder, name), size)) {
    const text = line.whole ? fromUtf8(line.bytes) : undefined
    const followed = text === undefined ? undefined : followLine(link, text)
    if (!followed) {
      if (text !== undefined && readLine(text))
        throw refusal(folder, `the record after number ${link.seq} does not follow it`)
      break
    }
    link = followed
    size = line.end
  }
  return { name, size, link }
}

/** Whether records are missing between a link and the first one of a segment. */
function leavesOut(folder: string, name: string, link: Link): boolean {
  for (const { whole, bytes } of linesOf(join(folder, name))) {
    const first = whole ? readLine(bytes.toString('utf8')) : undefined
    return first !== undefined && first.seq > link.seq + 1
  }
  return false
}

/**
 * Takes away from a chain what stands behind its end, except for what a torn write left in the last segment, which is the next
 * writer's to cut. Whole lines are kept beside the chain: after a power failure they may be worth reading. Answers the files
 * that keep them.
 */
export function cutToEnd(folder: string, { name, size, unsigned, aside }: ChainEnd): readonly string[] {
  const kept: string[] = []
  if (aside !== undefined) {
    const path = freeName(folder, aside)
    renameSync(join(folder, aside), path)
    kept.push(path)
  }
  const path = join(folder, name)
  const torn = Buffer.alloc(Math.max(0, sizeOf(folder, name) - size))
  if (torn.length > 0) {
    const file = openSync(path, 'r')
    readSync(file, torn, 0, torn.length, size)
    closeSync(file)
  }
  if (torn.includes(0x0a)) {
    const path = freeName(folder, name)
    writeFileSync(path, torn, { mode: 0o600 })
    kept.push(path)
  }
  // They are signed with the next digest: what an earlier process wrote there may not be on the disk yet.
  for (const earlier of unsigned) {
    const file = openSync(join(folder, earlier.name), 'r+')
    try {
      fdatasyncSync(file)
    } finally {
      closeSync(file)
    }
  }
  return kept
}

/** A name beside a segment for what was taken away from it. */
function freeName(folder: string, segment: string): string {
  for (let count = 1; ; count++) {
    const path = join(folder, count === 1 ? `${segment}.torn` : `${segment}.torn-${count}`)
    if (!existsSync(path)) return path
  }
}

function lastClaim(folder: string, publicKey: KeyObject): DigestClaim | undefined {
  const line = readDigestLines(folder).lines.at(-1)
  if (line === undefined) return undefined
  const claim = openDigest(line, publicKey)
  if (!claim) throw refusal(folder, 'its last digest is not signed with the key in the store')
  return claim
}

function sizeOf(folder: string, name: string): number {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
}

function refusal(folder: string, what: string): TrailRefused {
  return new TrailRefused(
    `The audit trail in ${folder} was altered, or is another store's: ${what}. Keep it as evidence: move the folder away, and a new trail begins.`,
  )
}
