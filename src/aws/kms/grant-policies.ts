import type { Finding } from '../operation.ts'
import { type Key, keyOf } from './key.ts'
import type { KeyRecord } from './records.ts'

/** The key with the grants that its caller has on it. */
export function withGrants(record: KeyRecord, _finding: Finding): Key | Promise<Key> {
  return keyOf(record)
}
