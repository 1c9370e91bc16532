import { randomBytes, randomFillSync } from 'node:crypto'

const digits = '0123456789'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = 'abcdefghijklmnopqrstuvwxyz'

/** The alphabet of the ids that IAM makes (base 32, as in `AIDA…`). */
export const base32 = `${upper}234567`
export const alphanumeric = `${upper}${lower}${digits}`

/** `length` characters of an alphabet of at most 256, each equally likely: bytes past the last whole multiple are drawn again. */
export function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length + 8)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}

const pool = Buffer.alloc(4096)
let used = pool.length

/** A version 4 UUID (RFC 9562), from a pool of random bytes because every request needs several. */
export function uuid(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const hex = pool.toString('hex', used, used + 16)
  used += 16
  const variant = '89ab'[Number.parseInt(hex[16] as string, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
