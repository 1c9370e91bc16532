import { createHmac, type KeyObject } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'

/** Step 4: the signature of a string to sign, in lower-case hexadecimal. */
export function signature(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Whether a text is the signature, compared in constant time: how much of a guess is right must not show. */
export function isSignature(given: string, key: KeyObject, text: string): boolean {
  return equalBytes(Buffer.from(signature(key, text), 'latin1'), Buffer.from(given, 'latin1'))
}
