import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromUtf8 } from '../base/bytes.ts'
import { followLine, type Link, origin } from './chain.ts'
import { segmentFiles } from './chain-end.ts'
import { type DigestClaim, digestHash, openDigest, publicHalf } from './digest.ts'
import { readDigestLines } from './digest-log.ts'
import { linesOf } from './lines.ts'

export type Verification =
  | {
      readonly ok: true
      readonly records: number
      readonly digests: number
      /** Records after the last digest: whoever can write the files could have made them anew, or cut them off. */
      readonly unsigned: number
      readonly fingerprint: string
      /** A write was cut short at the end; the server takes it away when it starts. */
      readonly torn: boolean
    }
  | { readonly ok: false; readonly fault: string; readonly records: number }

/**
 * Checks one chain's folder: every record follows the one before it, every digest is signed with the chain's key, follows
 * the digest before it, and says what the chain says, and digests cover all segments but the last two. `publicKey` (PEM) comes from
 * somewhere an intruder could not write; without it the copy in the folder serves, and its fingerprint is answered for
 * comparison.
 */
export function verifyChain(folder: string, publicKey?: string): Verification {
  const key = readKey(folder, publicKey)
  if (!key) return { ok: false, fault: 'public-key.pem: there is no public key of a chain', records: 0 }
  // In this order, so that a server may go on writing: of what is listed all but two are signed, what is signed is there later.
  const closed = segmentFiles(folder).slice(0, -mostUnsigned)
  const signed = readDigests(folder, key)
  if ('fault' in signed) return { ok: false, fault: signed.fault, records: 0 }
  const followed = followSegments(folder, closed, signed.claims)
  const records = followed.link.seq
  if ('fault' in followed) return { ok: false, fault: followed.fault, records }
  return {
    ok: true,
    records,
    digests: signed.claims.length,
    unsigned: records - (signed.claims.at(-1)?.seq ?? 0),
    fingerprint: publicHalf(key).fingerprint,
    torn: followed.torn,
  }
}

function readKey(folder: string, given: string | undefined): KeyObject | undefined {
  const path = join(folder, 'public-key.pem')
  try {
    const key = createPublicKey(given ?? (existsSync(path) ? readFileSync(path, 'utf8') : ''))
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

function readDigests(folder: string, key: KeyObject): { claims: readonly DigestClaim[] } | { fault: string } {
  const claims: DigestClaim[] = []
  let previous = ''
  for (const [index, line] of readDigestLines(folder).lines.entries()) {
    const claim = openDigest(line, key)
    if (!claim) return { fault: `digests.log:${index + 1}: the signature does not hold` }
    if (claim.previous !== previous) return { fault: `digests.log:${index + 1}: a digest before this one is missing` }
    previous = digestHash(line)
    claims.push(claim)
  }
  return { claims }
}

/** One segment is written, and the one before it may wait for its signature. */
const mostUnsigned = 2

type Followed = { readonly link: Link; readonly torn: boolean } | { readonly link: Link; readonly fault: string }

/** Follows a chain from its origin over the lines of its segments, beside what was signed of it. */
function followSegments(folder: string, closed: readonly string[], claims: readonly DigestClaim[]): Followed {
  const signed = claims.at(-1)?.seq ?? 0
  let link = origin
  let torn = false
  let met = 0
  for (const name of segmentFiles(folder)) {
    if (torn) return { link, fault: `the segment before ${name} has a torn end` }
    let number = 0
    for (const line of linesOf(join(folder, name))) {
      number++
      torn = !line.whole
      if (torn) break
      const text = fromUtf8(line.bytes)
      const next = text === undefined ? undefined : followLine(link, text)
      if (!next) {
        return { link, fault: `${name}:${number}: this record does not follow the one before it (number ${link.seq})` }
      }
      link = next
      const claim = claims[met]
      if (claim?.seq !== link.seq) continue
      met++
      if (claim.hash !== link.hash || claim.segment !== name || claim.size !== line.end) {
        return { link, fault: `record ${link.seq} in ${name} is not the one that was signed` }
      }
    }
    if (closed.includes(name) && link.seq > signed) {
      return { link, fault: `${name} was closed, but no digest signs its end` }
    }
  }
  const missing = claims[met]
  if (missing) return { link, fault: `record ${missing.seq} was signed but is not there: the end was cut off` }
  return { link, torn }
}
