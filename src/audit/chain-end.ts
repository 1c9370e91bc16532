import { closeSync, openSync, readdirSync, readSync, statSync, writeFileSync } from 'node:fs'
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

/** Where a chain is gone on with: after `link`, which ends at `size` in the segment `name`; `signed` is the last digest's number. */
export interface ChainEnd {
  readonly name: string
  readonly size: number
  readonly link: Link
  readonly signed: number
}

/**
 * Finds the end of the chain that an earlier process left: from the last digest on every record is checked. A torn write is
 * left out of the end. Anything else that does not follow is no accident: the trail is refused.
 */
export function findChainEnd(folder: string, publicKey: KeyObject): ChainEnd {
  const claim = lastClaim(folder, publicKey)
  const names = segmentFiles(folder)
  let name = claim?.segment ?? names[0] ?? firstSegment
  let size = claim?.size ?? 0
  let link: Link = claim ? { seq: claim.seq, hash: claim.hash } : origin
  const signed = link.seq
  if (claim && sizeOf(folder, claim.segment) < size)
    throw refusal(folder, 'it ends before the record that was signed last')
  for (const next of names.slice(Math.max(0, names.indexOf(name)))) {
    if (next !== name) {
      // A segment is on the disk whole, and signed, before the next one is begun.
      if (size !== sizeOf(folder, name)) throw refusal(folder, `${name} does not end with a whole record`)
      name = next
      size = 0
    }
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
  }
  return { name, size, link, signed }
}

/** Keeps what a cut takes away where whole lines are among it: after a power failure they may be worth reading. */
export function keepTornLines(folder: string, { name, size }: ChainEnd): void {
  const path = join(folder, name)
  const length = sizeOf(folder, name)
  if (length <= size) return
  const torn = Buffer.alloc(length - size)
  const file = openSync(path, 'r')
  readSync(file, torn, 0, torn.length, size)
  closeSync(file)
  if (torn.includes(0x0a)) writeFileSync(join(folder, `${name}.torn`), torn, { flag: 'a', mode: 0o600 })
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
