import type { Key } from './key.ts'

/** Keys that were written by the commits after the previous entry of the log, up to this number. */
export interface LoggedChange {
  readonly number: number
  readonly keys: ReadonlySet<Key>
}

const maximumEntries = 4096
const maximumKeys = 65_536

/** The latest changes in the order of commits, bounded: it answers what was written since a commit, or that it forgot. */
export class ChangeLog {
  #entries: LoggedChange[] = []
  #keys = 0
  /** Everything after this number is in the log. */
  #complete = 0

  append(number: number, keys: ReadonlySet<Key>): void {
    this.#entries.push({ number, keys })
    this.#keys += keys.size
    if (this.#entries.length > maximumEntries || this.#keys > maximumKeys) this.#dropOlderHalf()
  }

  /** Starts anew where the changes up to a number are not known. */
  restart(number: number): void {
    this.#entries = []
    this.#keys = 0
    this.#complete = number
  }

  /** The changes after a number; nothing where they were forgotten. */
  since(number: number): readonly LoggedChange[] | undefined {
    if (number < this.#complete) return undefined
    let first = this.#entries.length
    while (first > 0 && (this.#entries[first - 1] as LoggedChange).number > number) first--
    return this.#entries.slice(first)
  }

  /** Whether a key was written after a number, as far as it can be told. */
  mayHaveChanged(key: Key, number: number): boolean {
    if (number < this.#complete) return true
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index] as LoggedChange
      if (entry.number <= number) return false
      if (entry.keys.has(key)) return true
    }
    return false
  }

  #dropOlderHalf(): void {
    const dropped = this.#entries.splice(0, Math.ceil(this.#entries.length / 2))
    for (const entry of dropped) this.#keys -= entry.keys.size
    this.#complete = (dropped.at(-1) as LoggedChange).number
  }
}
