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

const uuidLength = 36
const uuidsAtOnce = 256
const random = Buffer.alloc(16 * uuidsAtOnce)
const texts = Buffer.alloc(uuidLength * uuidsAtOnce)
let usedTexts = uuidsAtOnce
const hexDigits = Buffer.from('0123456789abcdef', 'latin1')
const hyphen = 0x2d
const hyphenBefore = new Set([4, 6, 8, 10])

/** A version 4 UUID (RFC 9562). Every request needs several, so many are made at once and each is cut from one text. */
export function uuid(): string {
  if (usedTexts === uuidsAtOnce) makeUuids()
  const start = usedTexts++ * uuidLength
  return texts.toString('latin1', start, start + uuidLength)
}

function makeUuids(): void {
  randomFillSync(random)
  let place = 0
  for (let index = 0; index < random.length; index++) {
    const position = index % 16
    if (hyphenBefore.has(position)) texts[place++] = hyphen
    let byte = random[index] as number
    if (position === 6) byte = 0x40 | (byte & 0x0f)
    if (position === 8) byte = 0x80 | (byte & 0x3f)
    texts[place++] = hexDigits[byte >> 4] as number
    texts[place++] = hexDigits[byte & 0x0f] as number
  }
  usedTexts = 0
}
