import { equalBytes } from '../base/bytes.ts'
import type { HmacKey } from '../crypto/hmac.ts'

/** Step 4: the signature of a string to sign, in lower-case hexadecimal. */
export function signature(key: HmacKey, text: string): string {
  return key.hex(text)
}

/** Whether a text is the signature, compared in constant time: how much of a guess is right must not show. */
export function isSignature(given: string, key: HmacKey, text: string): boolean {
  return equalBytes(Buffer.from(signature(key, text), 'latin1'), Buffer.from(given, 'latin1'))
}
