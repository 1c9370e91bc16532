import { inspect } from 'node:util'

/**
 * A value that must not be printed. It shows as `[secret]` in templates, JSON, `console.log` and errors; only `reveal`
 * gives the value back, so that every place that handles plaintext can be found by that word.
 */
export class Secret<T> {
  // A private name is reached by no reflection: not by keys, spread, JSON, structured clones or `inspect`.
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
