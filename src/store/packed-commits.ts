import type { Check, Write } from './backend.ts'
import type { Key } from './key.ts'

export interface Commit {
  readonly checks: readonly Check[]
  readonly writes: readonly Write[]
  /** The commit from which on each check but guesses was true at some time; absent where that is not known. */
  readonly since?: number | undefined
}

/**
 * Commits as they cross to another thread: one text and one buffer that is handed over, because a message costs by the
 * number of its parts. Values may be parts of larger buffers, which would otherwise cross whole.
 */
export interface PackedCommits {
  /** For each commit, each on a line: the keys checked, the keys written. A key has no line breaks. */
  readonly keys: string
  /** How many numbers the buffer begins with. */
  readonly numbers: number
  /**
   * Numbers of 8 bytes, for each commit: `since` (−1: not known), how many checks, how many writes, the versions checked
   * (−1: a guess that the key is absent), the lengths written (−1: deleted). Then the values.
   */
  readonly buffer: ArrayBuffer
}

const unknown = -1
const deleted = -1
const guessed = -1
const numberBytes = 8

export function packCommits(commits: readonly Commit[]): PackedCommits {
  const numbers: number[] = []
  let bytes = 0
  const keys: string[] = []
  for (const { checks, writes, since } of commits) {
    numbers.push(since ?? unknown, checks.length, writes.length)
    for (const { key, version, guess } of checks) {
      keys.push(key)
      numbers.push(guess ? guessed : version)
    }
    for (const { key, value } of writes) {
      keys.push(key)
      numbers.push(value?.length ?? deleted)
      bytes += value?.length ?? 0
    }
  }
  const buffer = new ArrayBuffer(numbers.length * numberBytes + bytes)
  new Float64Array(buffer, 0, numbers.length).set(numbers)
  const target = new Uint8Array(buffer)
  let offset = numbers.length * numberBytes
  for (const { writes } of commits) {
    for (const { value } of writes) {
      if (value === undefined) continue
      target.set(value, offset)
      offset += value.length
    }
  }
  return { keys: keys.join('\n'), numbers: numbers.length, buffer }
}

export function unpackCommits({ keys, numbers, buffer }: PackedCommits): Commit[] {
  const commits: Commit[] = []
  const shape = new Float64Array(buffer, 0, numbers)
  const lines = keys.split('\n') as Key[]
  let at = 0
  let line = 0
  let offset = numbers * numberBytes
  while (at < numbers) {
    const since = shape[at++] as number
    const checkCount = shape[at++] as number
    const writeCount = shape[at++] as number
    const checks: Check[] = []
    const writes: Write[] = []
    for (let index = 0; index < checkCount; index++) {
      const key = lines[line++] as Key
      const version = shape[at++] as number
      checks.push(version === guessed ? { key, version: 0, guess: true } : { key, version })
    }
    for (let index = 0; index < writeCount; index++) {
      const length = shape[at++] as number
      const value = length === deleted ? undefined : new Uint8Array(buffer, offset, length)
      writes.push({ key: lines[line++] as Key, value })
      if (value !== undefined) offset += length
    }
    commits.push({ checks, writes, since: since === unknown ? undefined : since })
  }
  return commits
}
