import type { Check, Write } from './backend.ts'
import type { Key } from './key.ts'

export interface Commit {
  readonly checks: readonly Check[]
  readonly writes: readonly Write[]
}

/**
 * Commits as they cross to another thread: all values in one buffer that is handed over, not copied. Values may be
 * parts of larger buffers, which would otherwise cross whole.
 */
export interface PackedCommits {
  /** For each commit: its number of checks and of writes, the versions checked, the lengths written (−1: deleted). */
  readonly shape: readonly number[]
  /** For each commit: the keys checked, the keys written. */
  readonly keys: readonly Key[]
  readonly values: ArrayBuffer
}

const deleted = -1

export function packCommits(commits: readonly Commit[]): PackedCommits {
  let total = 0
  for (const { writes } of commits) for (const { value } of writes) total += value?.length ?? 0
  const values = new Uint8Array(total)
  const shape: number[] = []
  const keys: Key[] = []
  let offset = 0
  for (const { checks, writes } of commits) {
    shape.push(checks.length, writes.length)
    for (const { key, version } of checks) {
      keys.push(key)
      shape.push(version)
    }
    for (const { key, value } of writes) {
      keys.push(key)
      shape.push(value?.length ?? deleted)
      if (value === undefined) continue
      values.set(value, offset)
      offset += value.length
    }
  }
  return { shape, keys, values: values.buffer }
}

export function unpackCommits({ shape, keys, values }: PackedCommits): Commit[] {
  const commits: Commit[] = []
  let at = 0
  let key = 0
  let offset = 0
  while (at < shape.length) {
    const checkCount = shape[at++] as number
    const writeCount = shape[at++] as number
    const checks: Check[] = []
    const writes: Write[] = []
    for (let index = 0; index < checkCount; index++) {
      checks.push({ key: keys[key++] as Key, version: shape[at++] as number })
    }
    for (let index = 0; index < writeCount; index++) {
      const length = shape[at++] as number
      const value = length === deleted ? undefined : new Uint8Array(values, offset, length)
      writes.push({ key: keys[key++] as Key, value })
      if (value !== undefined) offset += length
    }
    commits.push({ checks, writes })
  }
  return commits
}
