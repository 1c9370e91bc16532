/**
 * Values by key, in two generations: what is used while it is old becomes young again, and when the young are many the
 * old ones go. So a hit among the young costs one lookup and writes nothing, and the bound holds at all times.
 */
export class GenerationCache<K, V extends { readonly bytes: number }> {
  readonly #generationBytes: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()
  #youngBytes = 0

  /** The bound is of the values' own `bytes`, about how much memory each takes. */
  constructor(maximumBytes: number) {
    this.#generationBytes = maximumBytes / 2
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    if (value.bytes > this.#generationBytes / 2) {
      this.delete(key)
      return
    }
    const young = this.#young.get(key)
    if (young === undefined) this.#old.delete(key)
    else this.#youngBytes -= young.bytes
    if (this.#youngBytes + value.bytes > this.#generationBytes) {
      this.#old = this.#young
      this.#old.delete(key)
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, value)
    this.#youngBytes += value.bytes
  }

  delete(key: K): void {
    const young = this.#young.get(key)
    if (young === undefined) {
      this.#old.delete(key)
      return
    }
    this.#young.delete(key)
    this.#youngBytes -= young.bytes
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#youngBytes = 0
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }
}
