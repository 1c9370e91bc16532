/**
 * The two times a server knows, both in milliseconds since 1970. `real` is the machine's: signatures, TLS and the `Date`
 * header use it. `now` is the product's: everything issued or scheduled uses it, and in dev mode it can be advanced.
 */
export interface Clock {
  real(): number
  now(): number
}

export const systemClock: Clock = { real: Date.now, now: Date.now }

/** A clock whose `now` can run ahead of the machine's; it never goes back. */
export class AdvancingClock implements Clock {
  #aheadMilliseconds = 0

  real(): number {
    return Date.now()
  }

  now(): number {
    return Date.now() + this.#aheadMilliseconds
  }

  /** Moves `now` to a moment; a moment that has passed already changes nothing. */
  advanceTo(moment: number): void {
    const ahead = moment - Date.now()
    if (ahead > this.#aheadMilliseconds) this.#aheadMilliseconds = ahead
  }

  reset(): void {
    this.#aheadMilliseconds = 0
  }
}
