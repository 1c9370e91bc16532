import { assert } from '../base/assert.ts'

const none = Buffer.alloc(0)

/**
 * An encryption context as bytes: for each entry, in the order of its name's UTF-16 units, name and value with their lengths
 * in front, all in UTF-16 (little endian). Two contexts have the same bytes only if they have the same entries: lengths keep
 * `{ a: 'bc' }` and `{ ab: 'c' }` apart, and UTF-16 keeps apart what UTF-8 would replace. Ciphertext depends on this form:
 * it never changes.
 */
export function contextBytes(context: Readonly<Record<string, string>> | undefined): Buffer {
  if (context === undefined) return none
  const names = Object.keys(context)
  if (names.length === 0) return none
  if (names.length > 1) names.sort()
  const pieces: string[] = []
  for (const name of names) {
    const value = context[name]
    assert(value !== undefined, 'an encryption context has a value for each of its names')
    pieces.push(String(name.length), ':', name, String(value.length), ':', value)
  }
  return Buffer.from(pieces.join(''), 'utf16le')
}
