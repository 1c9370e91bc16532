import { expect, test } from 'vitest'
import { AuditLog, type Sink } from './log.ts'
import { readLine } from './chain.ts'
import { MemorySink } from './memory.ts'
import type { AuditRecord } from './record.ts'
import { recordFor } from './record.test-support.ts'

function record(id: string): AuditRecord {
  return recordFor({ id })
}

/** A sink that notes what it is asked, and can be told to fail. */
function noting(): Sink & { calls: string[]; failing: boolean; syncs: PromiseWithResolvers<void>[] } {
  const sink = {
    calls: [] as string[],
    failing: false,
    syncs: [] as PromiseWithResolvers<void>[],
    write(records: readonly AuditRecord[]) {
      if (sink.failing) throw new Error('no space left')
      sink.calls.push(records.map(({ id }) => id).join(' '))
    },
    sync() {
      sink.calls.push('sync')
      const waiting = Promise.withResolvers<void>()
      sink.syncs.push(waiting)
      return waiting.promise
    },
    newest: () => new Set<string>(),
    close: async () => void sink.calls.push('close'),
  }
  return sink
}

test('all records of one turn of the event loop are one write, in order', async () => {
  const sink = noting()
  const log = new AuditLog(sink)
  const first = Array.from({ length: 50 }, (_, index) => log.append([record(`${index}`)]))
  await Promise.resolve()
  first.push(log.append([record('50'), record('51')]))
  await Promise.all(first)
  await log.append([record('later')])
  expect(sink.calls).toEqual([Array.from({ length: 52 }, (_, index) => index).join(' '), 'later'])
})

test('nothing resolves before it is written; with sync not before the disk has it', async () => {
  const sink = noting()
  const log = new AuditLog(sink, { syncEachBatch: true })
  const settled: string[] = []
  const one = log.append([record('a')]).then(() => settled.push('a'))
  await new Promise(setImmediate)
  expect(sink.calls).toEqual(['a', 'sync'])
  const two = log.append([record('b')]).then(() => settled.push('b'))
  const three = log.append([record('c')]).then(() => settled.push('c'))
  await new Promise(setImmediate)
  expect(settled).toEqual([])
  expect(sink.calls).toEqual(['a', 'sync'])
  sink.syncs[0]?.resolve()
  await one
  await new Promise(setImmediate)
  expect(sink.calls).toEqual(['a', 'sync', 'b c', 'sync'])
  expect(settled).toEqual(['a'])
  sink.syncs[1]?.resolve()
  await Promise.all([two, three])
})

test('a failed write is everybody’s failure of that turn, and of no other', async () => {
  const sink = noting()
  const log = new AuditLog(sink)
  sink.failing = true
  const outcomes = await Promise.allSettled([log.append([record('a')]), log.append([record('b')])])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  sink.failing = false
  await log.append([record('c')])
  expect(sink.calls).toEqual(['c'])
})

test('closing writes what waits, and takes nothing afterwards', async () => {
  const sink = noting()
  const log = new AuditLog(sink)
  const waiting = log.append([record('a')])
  const closed = log.close()
  await expect(log.append([record('b')])).rejects.toThrow('closed')
  await Promise.all([waiting, closed])
  expect(sink.calls).toEqual(['a', 'close'])
})

test('the memory sink keeps the newest records in a chain', async () => {
  const sink = new MemorySink(10)
  const log = new AuditLog(sink)
  for (let index = 0; index < 25; index++) await log.append([record(`${index}`)])
  const ids = sink.lines().map((line) => readLine(line.trimEnd())?.id)
  expect(ids.at(-1)).toBe('24')
  expect(ids.length).toBeGreaterThanOrEqual(10)
  expect(ids.length).toBeLessThanOrEqual(20)
  expect(sink.newest()).toEqual(new Set(ids))
})
