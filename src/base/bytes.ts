import { timingSafeEqual } from 'node:crypto'

/** Whether two byte strings are the same, in time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

// No group is repeated: that would take a stack as deep as the text is long, and texts may have tens of megabytes.
const base64Text = /^[A-Za-z0-9+/]*={0,2}$/

/** The bytes of a standard base64 text with padding, or nothing where the text is not exactly that. */
export function fromBase64(text: string): Buffer | undefined {
  return text.length % 4 === 0 && base64Text.test(text) ? Buffer.from(text, 'base64') : undefined
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text that bytes say in UTF-8, or nothing where they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
