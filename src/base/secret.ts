import { inspect } from 'node:util'

const values = new WeakMap<Secret<unknown>, unknown>()

/**
 * A value that must not be printed. It shows as `[secret]` in templates, JSON, `console.log` and errors; only `reveal`
 * gives the value back, so that every place that handles plaintext can be found by that word.
 */
export class Secret<T> {
  constructor(value: T) {
    values.set(this, value)
  }

  reveal(): T {
    return values.get(this) as T
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
