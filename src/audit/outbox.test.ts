import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AssertionFailure } from '../base/assert.ts'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import { childrenOf, keyOf } from '../store/key.ts'
import type { Codec, Store } from '../store/store.ts'
import { newSigningKey, signingKey } from './digest.ts'
import { findRecords } from './find.ts'
import { AuditLog } from './log.ts'
import { MemorySink } from './memory.ts'
import { Outbox, OutboxFull } from './outbox.ts'
import type { AuditRecord } from './record.ts'
import { Segments } from './segments.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-outbox-'))
afterAll(() => rmSync(root, { recursive: true }))

const pem = newSigningKey()
const plain: Codec = {
  encode: (_key, value) => Buffer.from(JSON.stringify(value)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

function openMemory(): Store {
  return openStore(new MemoryBackend(), plain)
}

function openLog(folder: string): AuditLog {
  return new AuditLog(new Segments({ folder, key: signingKey(pem), now: Date.now }))
}

function record(id: string): AuditRecord {
  return { id, requestId: 'request', principal: 'p', time: 0, json: '{}' }
}

function commit(store: Store, outbox: Outbox, ...records: AuditRecord[]): Promise<void> {
  return store.transaction(async (tx) => {
    tx.put(keyOf('change', records[0]?.id ?? ''), {})
    outbox.stage(tx, records)
  })
}

const unexpected = (error: unknown) => {
  throw error
}

function left(store: Store): Promise<number> {
  return store.transaction(async (tx) => (await tx.range(...childrenOf('audit', 'outbox'), { limit: 1000 })).length)
}

async function written(folder: string): Promise<string[]> {
  const found = await findRecords(folder, { requestId: 'request', limit: 1000 })
  return found.map(({ id }) => id).sort()
}

test('moved records leave the store once they are on the disk', async () => {
  const store = openMemory()
  const folder = join(root, 'moved')
  const log = openLog(folder)
  const outbox = new Outbox(store, log, 'a', unexpected)
  await commit(store, outbox, record('1'), record('2'))
  // The records of one change are one row.
  expect(await left(store)).toBe(1)
  void outbox.move([record('1'), record('2')])
  await outbox.close()
  expect(await left(store)).toBe(0)
  expect(await written(folder)).toEqual(['1', '2'])
  await log.close()
})

test('after a crash at any point each record is in the log once, however often it is recovered', async () => {
  const store = openMemory()
  const folder = join(root, 'crash')
  const log = openLog(folder)
  const outbox = new Outbox(store, log, 'a', unexpected)
  await commit(store, outbox, record('moved and taken out'))
  void outbox.move([record('moved and taken out')])
  await log.append([])
  await outbox.drain()
  await commit(store, outbox, record('moved'))
  await log.append([record('moved')])
  await commit(store, outbox, record('committed'))
  await log.close()

  const later = openLog(folder)
  const next = new Outbox(store, later, 'a', unexpected)
  expect(await next.recover()).toBe(2)
  expect(await next.recover()).toBe(0)
  await later.close()
  expect(await left(store)).toBe(0)
  expect(await written(folder)).toEqual(['committed', 'moved', 'moved and taken out'])
})

test('a recovery that is cut short is gone on with, and leaves other chains alone', async () => {
  const store = openMemory()
  const folder = join(root, 'cut')
  const log = openLog(folder)
  const many = Array.from({ length: 1200 }, (_, index) => record(`${index}`))
  const before = new Outbox(store, log, 'a', unexpected)
  for (const one of many) await commit(store, before, one)
  await commit(store, new Outbox(store, log, 'b', unexpected), record('other'))
  let transactions = 0
  const dying: Store = {
    ...store,
    transaction: (work, options) => {
      if (++transactions > 3) throw new Error('killed')
      return store.transaction(work, options)
    },
  }
  await expect(new Outbox(dying, log, 'a', unexpected).recover()).rejects.toThrow('killed')
  await log.close()
  const later = openLog(folder)
  await new Outbox(store, later, 'a', unexpected).recover()
  await later.close()
  expect(await left(store)).toBe(1)
  const found = await findRecords(folder, { requestId: 'request', limit: 1000 })
  expect(found.at(0)?.seq).toBe(1200)
  expect(new Set(found.map(({ id }) => id)).size).toBe(1000)
})

test('a drain takes out only what was written before it waited for the disk', async () => {
  const store = openMemory()
  const disk = Promise.withResolvers<void>()
  class SlowDisk extends MemorySink {
    override sync() {
      return disk.promise
    }
  }
  const log = new AuditLog(new SlowDisk())
  const outbox = new Outbox(store, log, 'a', unexpected)
  await commit(store, outbox, record('1'))
  void outbox.move([record('1')])
  await log.append([])
  const drained = outbox.drain()
  await commit(store, outbox, record('2'))
  void outbox.move([record('2')])
  await log.append([])
  disk.resolve()
  await drained
  expect(await left(store)).toBe(1)
  await outbox.drain()
  expect(await left(store)).toBe(0)
})

test('what the log does not take stays in the store, is tried again, and is bounded', async () => {
  const store = openMemory()
  let full = true
  class SmallDisk extends MemorySink {
    override write(records: readonly AuditRecord[]) {
      if (full) throw new Error('no space left')
      super.write(records)
    }
  }
  const sink = new SmallDisk()
  const log = new AuditLog(sink)
  const faults: unknown[] = []
  const outbox = new Outbox(store, log, 'a', (error) => faults.push(error))
  await commit(store, outbox, record('1'))
  void outbox.move([record('1')])
  await outbox.drain()
  void outbox.move(Array.from({ length: 10_000 }, (_, index) => record(`many ${index}`)))
  await log.append([]).catch(() => {})
  await expect(commit(store, outbox, record('2'))).rejects.toThrow(OutboxFull)
  expect(faults).toHaveLength(1)
  full = false
  await outbox.drain()
  await commit(store, outbox, record('3'))
  void outbox.move([record('3')])
  await outbox.close()
  expect(sink.lines()).toHaveLength(10_002)
  expect(await left(store)).toBe(0)
  expect(OutboxFull.prototype).not.toBeInstanceOf(AssertionFailure)
})

test('a drain that the store refuses is reported, and the next one does its work', async () => {
  const store = openMemory()
  const faults: unknown[] = []
  let down = false
  const shaky: Store = {
    ...store,
    transaction: (work, options) =>
      down ? Promise.reject(new Error('connection lost')) : store.transaction(work, options),
  }
  const log = new AuditLog(new MemorySink())
  const outbox = new Outbox(shaky, log, 'a', (error) => faults.push(error))
  await commit(store, outbox, record('1'))
  void outbox.move([record('1')])
  await log.append([])
  down = true
  await outbox.drain()
  expect(faults).toHaveLength(1)
  down = false
  await outbox.close()
  expect(await left(store)).toBe(0)
})
