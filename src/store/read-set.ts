import type { Key } from './key.ts'
import type { Known } from './known.ts'

/** Most transactions read fewer keys: looking through a short list costs less than a map of its own. */
const mostListed = 24

/** What a transaction has read, by key, in the order in which it was first read. */
export class ReadSet {
  readonly keys: Key[] = []
  readonly known: Known[] = []
  #places: Map<Key, Known> | undefined

  get(key: Key): Known | undefined {
    if (this.#places !== undefined) return this.#places.get(key)
    const { keys } = this
    for (let index = 0; index < keys.length; index++) if (keys[index] === key) return this.known[index]
    return undefined
  }

  /** Adds a key that is not there yet. */
  add(key: Key, known: Known): void {
    this.keys.push(key)
    this.known.push(known)
    if (this.#places !== undefined) this.#places.set(key, known)
    else if (this.keys.length > mostListed) {
      this.#places = new Map(this.keys.map((listed, index) => [listed, this.known[index] as Known]))
    }
  }
}
