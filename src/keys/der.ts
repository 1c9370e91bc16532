/**
 * Whether bytes are one DER sequence from the first to the last (X.690, 8.1). OpenSSL reads a key and passes over what
 * comes behind it; bytes that nobody looks at have no place in what is kept.
 */
export function isOneSequence(bytes: Uint8Array): boolean {
  const [tag, first] = bytes
  if (tag !== 0x30 || first === undefined) return false
  if (first < 0x80) return bytes.length === 2 + first
  const count = first & 0x7f
  if (count === 0 || count > 4 || bytes.length < 2 + count) return false
  let length = 0
  for (let at = 0; at < count; at++) length = length * 256 + (bytes[2 + at] as number)
  return bytes.length === 2 + count + length
}
