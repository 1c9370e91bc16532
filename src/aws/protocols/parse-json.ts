import { isUtf8 } from 'node:buffer'

/** Deeper than any body of a served operation; recursive shapes are bounded by it too. */
export const deepestJson = 64

/**
 * The value a JSON body says, or nothing where it is not one JSON value in valid UTF-8, or is nested too deeply. The
 * caller bounds the size. Of two members with the same name the last one counts.
 */
export function parseJson(body: Uint8Array): { readonly value: unknown } | undefined {
  if (!isUtf8(body)) return undefined
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  if (isTooDeep(text)) return undefined
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const quote = 0x22
const backslash = 0x5c

/** Strings are skipped natively, so that a body that is one long secret costs next to nothing. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      if (at === -1) return false
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > deepestJson) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}

/** Where the string that begins at `start` ends, or -1 where it does not. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return -1
}
