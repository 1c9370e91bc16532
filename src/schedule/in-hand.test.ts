import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DueRecord } from './due.ts'
import { InHand } from './in-hand.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const dueOf = (kind: string, count: number): readonly DueRecord[] =>
  Array.from({ length: count }, (_, index) => ({ at: 1, kind, id: `${index}` }))

const noneEnds = new Promise<void>(() => {})

function take(inHand: InHand, queue: readonly DueRecord[]): readonly DueRecord[] {
  const { taken, left } = inHand.choose(queue)
  for (const due of taken) inHand.add(due, noneEnds, () => {})
  return left
}

test('kinds without a bound share one, those with a bound have their own', () => {
  const inHand = new InHand(new Map([['many', { atOnce: 20 }]]))
  const left = take(inHand, [...dueOf('a', 5), ...dueOf('many', 30), ...dueOf('b', 5)])
  expect([inHand.size, left.filter(({ kind }) => kind === 'many').length]).toEqual([28, 10])
  expect(left.filter(({ kind }) => kind === 'b')).toHaveLength(2)
  expect(['a', 'b', 'many'].map((kind) => inHand.isFull(kind))).toEqual([true, true, true])
})

test('while more waits than there is room for, room is gathered', async () => {
  const inHand = new InHand(new Map([['many', { atOnce: 4, gatherMilliseconds: 40 }]]))
  const held = Promise.withResolvers<void>()
  const { taken, left } = inHand.choose(dueOf('many', 10))
  let ended = 0
  for (const due of taken) inHand.add(due, held.promise, () => void ended++)
  expect(taken).toHaveLength(4)
  expect(inHand.has(taken[0] as DueRecord)).toBe(true)
  held.resolve()
  await inHand.ended()
  expect([ended, inHand.size]).toEqual([4, 0])
  expect([inHand.isFull('many'), inHand.opensIn(left)]).toEqual([true, 40])
  expect(inHand.choose(left).taken).toEqual([])
  vi.advanceTimersByTime(40)
  expect([inHand.isFull('many'), inHand.opensIn(left)]).toEqual([false, Number.POSITIVE_INFINITY])
  expect(inHand.choose(left).taken).toHaveLength(4)
})

test('nothing is gathered where all that waits has room', () => {
  const inHand = new InHand(new Map([['many', { atOnce: 4, gatherMilliseconds: 40 }]]))
  expect(take(inHand, dueOf('many', 2))).toEqual([])
  expect(inHand.isFull('many')).toBe(false)
})
