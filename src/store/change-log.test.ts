import { expect, test } from 'vitest'
import { ChangeLog } from './change-log.ts'
import { keyOf } from './key.ts'

const key = (index: number): ReturnType<typeof keyOf> => keyOf(String(index))

test('says what changed since a number, or that it forgot', () => {
  const log = new ChangeLog()
  for (let number = 1; number <= 10_000; number++) log.append(number, new Set([key(number)]))
  expect(log.since(9998)?.map(({ number, keys }) => [number, [...keys]])).toEqual([
    [9999, [key(9999)]],
    [10_000, [key(10_000)]],
  ])
  expect(log.since(10_000)).toEqual([])
  expect(log.since(1000)).toBeUndefined()
  expect(log.since(9000)).toHaveLength(1000)
  expect([log.mayHaveChanged(key(9500), 9499), log.mayHaveChanged(key(9500), 9500)]).toEqual([true, false])
  expect([log.mayHaveChanged(key(20_000), 9000), log.mayHaveChanged(key(20_000), 10)]).toEqual([false, true])
})

test('keeps a bounded number of keys, however large the changes', () => {
  const log = new ChangeLog()
  const many = Array.from({ length: 50_000 }, (_, index) => key(index))
  log.append(1, new Set(many))
  expect(log.since(0)).toHaveLength(1)
  log.append(2, new Set(many))
  expect(log.since(0)).toBeUndefined()
  expect(log.since(1)).toHaveLength(1)
})

test('starts anew at a number', () => {
  const log = new ChangeLog()
  log.append(1, new Set([key(1)]))
  log.restart(7)
  expect([log.since(6), log.since(7)]).toEqual([undefined, []])
})
