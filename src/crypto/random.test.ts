import { expect, test } from 'vitest'
import { randomNonce } from './random.ts'

test('fills exactly the place it is given, with bytes that do not come twice', () => {
  const seen = new Set<string>()
  for (let count = 0; count < 3000; count++) {
    const target = new Uint8Array(40).fill(7)
    const length = 12 + (count % 20)
    randomNonce(length, target, 5)
    expect(target.subarray(0, 5).every((byte) => byte === 7)).toBe(true)
    expect(target.subarray(5 + length).every((byte) => byte === 7)).toBe(true)
    seen.add(Buffer.from(target.subarray(5, 17)).toString('hex'))
  }
  expect(seen.size).toBe(3000)
})
