import { expect, test } from 'vitest'
import { type Key, keyOf } from './key.ts'
import { GenerationCache } from './generation-cache.ts'
import { knownRecord, type Known } from './known.ts'

const key = (index: number): ReturnType<typeof keyOf> => keyOf(String(index))
const filled = (cache: GenerationCache<Key, Known>, from: number, to: number): void => {
  for (let index = from; index < to; index++) cache.set(key(index), knownRecord(key(index), 1, { index }, 100))
}

test('holds no more than its bound, and what is used stays', () => {
  const cache = new GenerationCache<Key, Known>(100_000)
  filled(cache, 0, 10)
  for (let index = 10; index < 5000; index++) {
    filled(cache, index, index + 1)
    expect(cache.get(key(3))?.record).toEqual({ index: 3 })
  }
  expect(cache.size).toBeGreaterThan(80)
  expect(cache.size).toBeLessThan(200)
  expect(cache.get(key(4))).toBeUndefined()
  expect(cache.get(key(4999))?.record).toEqual({ index: 4999 })
})

test('what was deleted is gone from both generations', () => {
  const cache = new GenerationCache<Key, Known>(100_000)
  filled(cache, 0, 150)
  for (let index = 0; index < 150; index++) cache.delete(key(index))
  expect(cache.size).toBe(0)
  filled(cache, 0, 50)
  cache.clear()
  expect(cache.size).toBe(0)
})

test('a replaced record does not count twice, and one too large for the cache replaces nothing else', () => {
  const cache = new GenerationCache<Key, Known>(100_000)
  filled(cache, 0, 20)
  for (let repeat = 0; repeat < 1000; repeat++) filled(cache, 0, 1)
  expect(cache.size).toBe(20)
  cache.set(key(0), knownRecord(key(0), 2, {}, 50_000))
  expect(cache.get(key(0))).toBeUndefined()
  expect(cache.size).toBe(19)
})

test('what was replaced does not come back when its successor is deleted', () => {
  for (let others = 0; others < 120; others++) {
    const cache = new GenerationCache<Key, Known>(100_000)
    cache.set(key(0), knownRecord(key(0), 1, {}, 100))
    filled(cache, 1, 1 + others)
    // For some number of others this one is what makes a new generation begin.
    cache.set(key(0), knownRecord(key(0), 2, {}, 10_000))
    expect(cache.get(key(0))?.version).toBe(2)
    cache.delete(key(0))
    expect(cache.get(key(0))).toBeUndefined()
  }
})
