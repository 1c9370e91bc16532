import { createHmac } from 'node:crypto'
import { equalBytes } from '../../base/bytes.ts'

const stepMilliseconds = 30_000

/** Which step of 30 seconds a moment is in. */
export function stepAt(now: number): number {
  return Math.floor(now / stepMilliseconds)
}

/** When a step is over. */
export function endOf(step: number): number {
  return (step + 1) * stepMilliseconds
}

/** The six digits of a step (RFC 6238 with SHA-1 over RFC 4226, as every authenticator takes by default). */
export function codeAt(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', seed).update(counter).digest()
  const offset = (digest[19] as number) & 15
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

/** The step among some that a code is of; clocks may differ by one step. Each is compared, so that time tells nothing. */
export function stepOf(code: string, seed: Uint8Array, steps: readonly number[]): number | undefined {
  let found: number | undefined
  const given = Buffer.from(code)
  for (const step of steps) {
    if (equalBytes(given, Buffer.from(codeAt(seed, step)))) found = step
  }
  return found
}
