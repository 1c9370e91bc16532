import type { Key } from './key.ts'

const largestChunk = 1024

/** A sorted set of keys in chunks of bounded length, so that inserting among a million moves only a thousand. */
export class SortedKeys {
  /** Never empty chunks, except that an empty set has one. */
  #chunks: Key[][] = [[]]

  add(key: Key): void {
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at] as Key[]
    const index = lowerBound(chunk, key)
    if (chunk[index] === key) return
    chunk.splice(index, 0, key)
    if (chunk.length <= largestChunk) return
    // Keys mostly come in rising order: then the left part stays nearly full.
    const cut = index === largestChunk ? largestChunk - 16 : largestChunk >> 1
    this.#chunks.splice(at + 1, 0, chunk.splice(cut))
  }

  delete(key: Key): void {
    const at = this.#chunkFor(key)
    const chunk = this.#chunks[at] as Key[]
    const index = lowerBound(chunk, key)
    if (chunk[index] !== key) return
    chunk.splice(index, 1)
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1)
  }

  /** Up to `limit` keys with `from <= key < to`, from the low end or from the high end. */
  range(from: Key, to: Key, limit: number, reverse: boolean): Key[] {
    return reverse ? this.#descend(from, to, limit) : this.#ascend(from, to, limit)
  }

  #ascend(from: Key, to: Key, limit: number): Key[] {
    const found: Key[] = []
    let at = this.#chunkFor(from)
    let index = lowerBound(this.#chunks[at] as Key[], from)
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at] as Key[]
      for (; index < chunk.length; index++) {
        const key = chunk[index] as Key
        if (key >= to || found.length >= limit) return found
        found.push(key)
      }
    }
    return found
  }

  #descend(from: Key, to: Key, limit: number): Key[] {
    const found: Key[] = []
    let at = this.#chunkFor(to)
    let index = lowerBound(this.#chunks[at] as Key[], to) - 1
    for (;;) {
      const chunk = this.#chunks[at] as Key[]
      for (; index >= 0; index--) {
        const key = chunk[index] as Key
        if (key < from || found.length >= limit) return found
        found.push(key)
      }
      if (--at < 0) return found
      index = (this.#chunks[at] as Key[]).length - 1
    }
  }

  /** The last chunk that begins at or before the key, or the first. */
  #chunkFor(key: Key): number {
    let low = 0
    let high = this.#chunks.length
    while (low + 1 < high) {
      const middle = (low + high) >> 1
      if (((this.#chunks[middle] as Key[])[0] as Key) <= key) low = middle
      else high = middle
    }
    return low
  }
}

/** The index of the first key that is not below `key`. */
function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as Key) < key) low = middle + 1
    else high = middle
  }
  return low
}
