import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type GiveWay, givingWay } from './give-way.ts'

let now = 0
let turns: (() => void)[] = []

beforeEach(() => {
  now = 1_000
  turns = []
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  vi.stubGlobal('setImmediate', (next: () => void) => void turns.push(next))
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** One turn of the event loop, and all that goes on in it; each takes longer than a slice. */
async function turn(): Promise<void> {
  now++
  for (const next of turns.splice(0)) next()
  for (let tick = 0; tick < 10; tick++) await Promise.resolve()
}

/** Asks for a turn so many times at once; answers, in their order, who has had it so far. */
function ask(giveWay: GiveWay, count: number): readonly number[] {
  const done: number[] = []
  for (let index = 0; index < count; index++) void giveWay().then(() => done.push(index))
  return done
}

test('in turns that bring no request one goes on after the other', async () => {
  const done = ask(
    givingWay(() => 0),
    3,
  )
  for (const expected of [[0], [0, 1], [0, 1, 2]]) {
    await turn()
    expect(done).toEqual(expected)
  }
  expect(turns).toEqual([])
})

test('who has only begun goes on at once', async () => {
  const giveWay = givingWay(() => 0)
  let steps = 0
  const work = async () => {
    for (; steps < 3; steps++) await giveWay()
  }
  const done = work()
  await turn()
  await done
  expect(steps).toBe(3)
})

test('where every turn brings a request, one goes on in a turn when it has waited for its time', async () => {
  let arrived = 0
  const done = ask(
    givingWay(() => arrived++),
    4,
  )
  for (let count = 0; count < 4; count++) await turn()
  expect(done).toEqual([])
  await turn()
  expect(done).toEqual([0])
  await turn()
  expect(done).toEqual([0, 1])
})

test('where many have waited for their time, a turn has room for more', async () => {
  let arrived = 0
  const done = ask(
    givingWay(() => arrived++),
    33,
  )
  for (let count = 0; count < 5; count++) await turn()
  expect(done).toEqual([0, 1, 2, 3, 4])
})
