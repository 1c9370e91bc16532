import { createHmac, type KeyObject } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import type { DigestName } from './digests.ts'

/** HMAC (FIPS 198-1). */
export function mac(digest: DigestName, key: KeyObject, message: Uint8Array): Buffer {
  return createHmac(digest, key).update(message).digest()
}

/** Whether a whole code is that of a message; a cut one is not. */
export function isMac(digest: DigestName, key: KeyObject, message: Uint8Array, code: Uint8Array): boolean {
  return equalBytes(mac(digest, key, message), code)
}
