import { expect, test } from 'vitest'
import { gate, KeysBusy } from './busy.ts'

test('no more than allowed run at once, the rest in their turn, and too many not at all', async () => {
  const pass = gate(2, 3)
  let running = 0
  let most = 0
  const ends: (() => void)[] = []
  const order: number[] = []
  const works = Array.from({ length: 6 }, (_, index) =>
    pass(async () => {
      order.push(index)
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => ends.push(resolve))
      running--
      return index
    }),
  )
  await expect(works[5]).rejects.toThrow(KeysBusy)
  const done = Promise.all(works.slice(0, 5))
  while (order.length < 5 || ends.length > 0) {
    ends.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await done).toEqual([0, 1, 2, 3, 4])
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(most).toBe(2)
})

test('a work that fails gives its place to the next', async () => {
  const pass = gate(1, 1)
  const failing = pass(() => Promise.reject(new Error('failed')))
  const next = pass(async () => 'next')
  await expect(failing).rejects.toThrow('failed')
  expect(await next).toBe('next')
  expect(await pass(async () => 'again')).toBe('again')
})
