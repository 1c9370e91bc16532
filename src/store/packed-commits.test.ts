import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Key } from './key.ts'
import { type Commit, packCommits, unpackCommits } from './packed-commits.ts'

const key = fc.string().map((text) => text as Key)
const check = fc.oneof(
  fc.record({ key, version: fc.nat() }),
  fc.record({ key, version: fc.constant(0), guess: fc.constant(true as const) }),
)
const write = fc.record({ key, value: fc.option(fc.uint8Array(), { nil: undefined }) })

test('commits are the same when they are unpacked', () => {
  const commits = fc.array(
    fc.record({ checks: fc.array(check), writes: fc.array(write), since: fc.option(fc.nat(), { nil: undefined }) }),
  )
  const property = fc.property(commits, (packed) => {
    expect(unpackCommits(structuredClone(packCommits(packed)))).toEqual(packed)
  })
  fc.assert(property)
})

test('only the bytes of the values cross, not the buffers that they are parts of', () => {
  const value = Buffer.alloc(1_000_000, 'x').subarray(10, 13)
  const commit: Commit = { checks: [], writes: [{ key: 'a' as Key, value }] }
  const { buffer, numbers } = packCommits([commit, commit])
  expect(buffer.byteLength - 8 * numbers).toBe(6)
})
