import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestHash, openDigest, publicHalf } from './digest.ts'
import { followSegments } from './segments.ts'

export type Verification =
  | {
      readonly ok: true
      readonly records: number
      readonly digests: number
      readonly unsigned: number
      readonly fingerprint: string
    }
  | { readonly ok: false; readonly fault: string; readonly records: number }

/**
 * Checks one chain's folder: every record follows the one before it, every digest is signed with the chain's key, follows
 * the digest before it, and says what the chain says. `publicKey` (PEM) comes from somewhere an intruder could not write;
 * without it the copy in the folder serves, and its fingerprint is answered for comparison.
 */
export function verifyChain(folder: string, publicKey?: string): Verification {
  const key = createPublicKey(publicKey ?? readFileSync(join(folder, 'public-key.pem'), 'utf8'))
  const signed = readDigests(folder, key)
  if ('fault' in signed) return { ok: false, fault: signed.fault, records: 0 }
  const awaited = new Map(signed.claims.map((claim) => [claim.seq, claim]))
  let mismatch: string | undefined
  const followed = followSegments(folder, (name, link) => {
    const claim = awaited.get(link.seq)
    if (!claim) return
    awaited.delete(link.seq)
    if (claim.hash !== link.hash || claim.segment !== name) {
      mismatch ??= `record ${link.seq} in ${name} is not the one that was signed`
    }
  })
  const records = followed.link.seq
  const fault = followed.fault ?? mismatch
  if (fault) return { ok: false, fault, records }
  const missing = [...awaited.keys()][0]
  if (missing !== undefined)
    return { ok: false, fault: `record ${missing} was signed but is not there: the end was cut off`, records }
  const unsigned = records - (signed.claims.at(-1)?.seq ?? 0)
  return { ok: true, records, digests: signed.claims.length, unsigned, fingerprint: publicHalf(key).fingerprint }
}

function readDigests(folder: string, key: ReturnType<typeof createPublicKey>) {
  const path = join(folder, 'digests.log')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  const claims = []
  let previous = ''
  for (const [index, line] of lines.entries()) {
    const claim = openDigest(line, key)
    if (!claim) return { fault: `digests.log:${index + 1}: the signature does not hold` }
    if (claim.previous !== previous) return { fault: `digests.log:${index + 1}: a digest before this one is missing` }
    previous = digestHash(line)
    claims.push(claim)
  }
  return { claims }
}
