import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16384)
let used = pool.length

/** Puts `length` unpredictable bytes, at most a nonce's 64, into an array. One call of the generator serves many requests; no byte is used twice. */
export function randomNonce(length: number, into: Uint8Array, at: number): void {
  if (used + length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  into.set(pool.subarray(used, used + length), at)
  pool.fill(0, used, used + length)
  used += length
}
