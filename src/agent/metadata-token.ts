import { createHmac, randomBytes } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'

export const longestSeconds = 21_600

/** Session tokens of the metadata service. */
export interface MetadataTokens {
  issue(ttlSeconds: number): string
  /** Whether a text is a token that was issued here and has not ended. */
  holds(token: string): boolean
}

const nonceBytes = 16
const macBytes = 32
const timeBytes = 6

/**
 * Tokens that carry their end and a MAC under a key of this process, so that any number of them costs no memory and nobody's
 * token pushes out another's.
 */
export function metadataTokens(clock: Clock): MetadataTokens {
  const key = randomBytes(32)
  const macOf = (claim: Uint8Array) => createHmac('sha256', key).update(claim).digest()
  return {
    issue(ttlSeconds) {
      const claim = Buffer.alloc(timeBytes + nonceBytes)
      claim.writeUIntBE(clock.now() + ttlSeconds * 1000, 0, timeBytes)
      randomBytes(nonceBytes).copy(claim, timeBytes)
      return Buffer.concat([claim, macOf(claim)]).toString('base64url')
    },
    holds(token) {
      const length = timeBytes + nonceBytes + macBytes
      if (token.length !== Math.ceil((length * 4) / 3)) return false
      const bytes = Buffer.from(token, 'base64url')
      // The reader of base64 takes more than one text for the same bytes.
      if (bytes.length !== length || bytes.toString('base64url') !== token) return false
      const claim = bytes.subarray(0, timeBytes + nonceBytes)
      if (!equalBytes(macOf(claim), bytes.subarray(timeBytes + nonceBytes))) return false
      return clock.now() < claim.readUIntBE(0, timeBytes)
    },
  }
}
