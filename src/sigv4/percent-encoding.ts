/** How each byte is written: itself if RFC 3986 leaves it unreserved, otherwise percent and two upper-case digits. */
const encoded = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

const unreservedOnly = /^[A-Za-z0-9\-._~]*$/

/** Percent-encodes every byte of a latin-1 text that is not unreserved, `%` and `/` included. */
export function encode(text: string): string {
  if (unreservedOnly.test(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) out += encoded[text.charCodeAt(i) & 0xff]
  return out
}

/**
 * Writes a query component as its signer wrote it: decoded, then encoded. `+` is a space, as in a form, so a reader of
 * the query has to read it so too. Nothing where a `%` is not followed by two hexadecimal digits.
 */
export function reencode(text: string): string | undefined {
  if (unreservedOnly.test(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x2b) {
      out += '%20'
    } else if (code === 0x25) {
      const byte = (hexDigit(text.charCodeAt(i + 1)) << 4) | hexDigit(text.charCodeAt(i + 2))
      if (byte < 0) return undefined
      out += encoded[byte]
      i += 2
    } else {
      out += encoded[code & 0xff]
    }
  }
  return out
}

/** The latin-1 text that a well-formed encoding stands for. */
export function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** The value of a hexadecimal digit, or -1 (which stays negative when shifted and combined). */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  return -1
}
