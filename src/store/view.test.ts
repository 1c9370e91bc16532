import { expect, test } from 'vitest'
import { keyOf } from './key.ts'
import { knownAbsent, knownRecord } from './known.ts'
import { View } from './view.ts'

const [a, b] = [keyOf('a'), keyOf('b')]
const record = (version: number): ReturnType<typeof knownRecord> => knownRecord(a, version, { version }, 10)
const view = (): View => new View(1_000_000)

test('only a look that began after a value arrived makes it cached', () => {
  const seen = view()
  const early = seen.beginLook()
  seen.fill(a, record(1), 0)
  seen.looked(early, { head: 3, keys: [b] })
  expect([seen.moment.head, seen.cached(a), seen.unconfirmed(a)?.version]).toEqual([3, undefined, 1])
  seen.looked(seen.beginLook(), { head: 4, keys: [b] })
  expect([seen.cached(a)?.version, seen.unconfirmed(a)]).toEqual([1, undefined])
})

test('a look that names the key of a value drops it', () => {
  const seen = view()
  seen.fill(a, record(1), 0)
  seen.looked(seen.beginLook(), { head: 2, keys: [a] })
  expect([seen.cached(a), seen.unconfirmed(a)]).toEqual([undefined, undefined])
})

test('own commits are known from their answers, in the order of their numbers', () => {
  const seen = view()
  seen.committed(2, new Map([[a, record(2)]]))
  expect([seen.moment.head, seen.cached(a)]).toEqual([0, undefined])
  seen.committed(1, new Map([[a, record(1)]]))
  expect([seen.moment.head, seen.cached(a)?.version]).toEqual([2, 2])
  seen.committed(3, new Map([[a, knownAbsent(a)]]))
  expect([seen.moment.head, seen.cached(a)?.version]).toEqual([3, 0])
  expect(seen.log.since(1)?.map(({ number }) => number)).toEqual([2, 3])
})

test('an own commit that a look has overtaken is not put back', () => {
  const seen = view()
  seen.committed(2, new Map([[a, record(2)]]))
  seen.looked(seen.beginLook(), { head: 5, keys: [a] })
  seen.committed(4, new Map([[a, record(4)]]))
  expect([seen.moment.head, seen.cached(a)]).toEqual([5, undefined])
  seen.committed(6, new Map([[b, record(6)]]))
  expect([seen.moment.head, seen.cached(b)?.version]).toEqual([6, 6])
})

test('looks that end in another order than they began take nothing back', () => {
  const seen = view()
  const [first, second] = [seen.beginLook(), seen.beginLook()]
  seen.looked(second, { head: 4, keys: [a] })
  seen.looked(first, { head: 2, keys: [b] })
  expect(seen.moment.head).toBe(4)
})

test('a look that cannot say what changed forgets everything', () => {
  const seen = view()
  seen.committed(1, new Map([[a, record(1)]]))
  seen.fill(b, record(1), 1)
  seen.looked(seen.beginLook(), { head: 9, keys: undefined })
  expect([seen.cached(a), seen.cached(b), seen.unconfirmed(b), seen.log.since(8)]).toEqual(Array(4).fill(undefined))
  seen.fill(b, record(1), 1)
  expect(seen.unconfirmed(b)).toBeUndefined()
})
