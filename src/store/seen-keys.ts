import type { Key } from './key.ts'

const bits = 2 ** 19
/** A sixteenth of the bits: of so many keys that were never noted one is taken for seen. */
const mostNoted = bits / 16

/**
 * Which keys were asked about lately: the last ones, between 32,768 and twice as many, in a bit each. A key that was not may
 * be taken for one that was; one that was is known.
 */
export class SeenKeys {
  #young = new Uint32Array(bits / 32)
  #old = new Uint32Array(bits / 32)
  #noted = 0

  /** Whether a key was noted lately; it is now. */
  note(key: Key): boolean {
    const place = hash(key) & (bits - 1)
    const bit = 1 << (place & 31)
    const word = place >>> 5
    if (((this.#young[word] as number) & bit) !== 0) return true
    const seen = ((this.#old[word] as number) & bit) !== 0
    if (this.#noted === mostNoted) {
      const spare = this.#old.fill(0)
      this.#old = this.#young
      this.#young = spare
      this.#noted = 0
    }
    this.#young[word] = (this.#young[word] as number) | bit
    this.#noted++
    return seen
  }
}

/** FNV-1a, and the high bits mixed into the low ones. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  return (state ^ (state >>> 15)) >>> 0
}
