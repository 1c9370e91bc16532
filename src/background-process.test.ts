import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { BackgroundProcess } from './background-process.ts'

class FakeChild extends EventEmitter {
  readonly pid = undefined
  readonly signals: string[] = []
  kill(signal: string): boolean {
    this.signals.push(signal)
    return true
  }
}

function open() {
  const children: FakeChild[] = []
  const failures: unknown[] = []
  const background = new BackgroundProcess({
    start: () => {
      const child = new FakeChild()
      children.push(child)
      return child as unknown as ChildProcess
    },
    onFailure: (failure) => void failures.push(failure),
  })
  return { background, children, failures }
}

test('it is started once, and again when it has come to its end', () => {
  const { background, children, failures } = open()
  expect([background.takes(), background.takes()]).toEqual([true, true])
  expect(children).toHaveLength(1)
  children[0]?.emit('exit', 0, null)
  expect(background.takes()).toBe(true)
  expect(children).toHaveLength(2)
  expect(failures).toEqual([])
})

test('after a failure the work is not left to it for a while', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const { background, children, failures } = open()
    background.takes()
    children[0]?.emit('exit', 1, null)
    expect(failures).toEqual([{ code: 1, signal: null }])
    expect(background.takes()).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect(background.takes()).toBe(true)
    const err = new Error('no memory')
    children[1]?.emit('error', err)
    children[1]?.emit('exit', null, 'SIGKILL')
    expect(failures.slice(1)).toEqual([{ err }])
  } finally {
    vi.useRealTimers()
  }
})

test('to stop is to let it end its work; it is not started again, and how it ended is no failure', async () => {
  const { background, children, failures } = open()
  background.takes()
  let stopped = false
  const stop = background.stop().then(() => (stopped = true))
  await Promise.resolve()
  expect(children[0]?.signals).toEqual(['SIGTERM'])
  expect(stopped).toBe(false)
  children[0]?.emit('exit', null, 'SIGTERM')
  await stop
  expect(background.takes()).toBe(false)
  expect(failures).toEqual([])
})
