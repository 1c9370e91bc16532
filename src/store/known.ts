import type { Key } from './key.ts'

/** What a key is known to hold: a record, or nothing (`record` undefined, version 0). */
export interface Known {
  readonly version: number
  readonly record: unknown
  /** About how much memory it takes. */
  readonly bytes: number
}

const entryOverheadBytes = 400
/** Most of a record is text that takes a byte a character; its members and objects take the rest. */
const bytesPerEncodedByte = 1.5

export function knownRecord(key: Key, version: number, record: unknown, encodedBytes: number): Known {
  const bytes = entryOverheadBytes + key.length + encodedBytes * bytesPerEncodedByte
  return { version, record, bytes }
}

export function knownAbsent(key: Key): Known {
  return { version: 0, record: undefined, bytes: entryOverheadBytes + key.length }
}
