import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
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
import { findRows, readDrained } from './outbox-rows.ts'
import type { AuditRecord } from './record.ts'
import { recordFor } from './record.test-support.ts'
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
  return recordFor({ id })
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

/** How many changes a recovery would look at. */
async function left(store: Store, chain = 'a'): Promise<number> {
  const rows = await store.transaction(async (tx) => findRows(tx, chain, await readDrained(tx, chain), 10_000))
  return rows.left.length
}

/** How many rows there are, whatever they say. */
function rows(store: Store): Promise<number> {
  return store.transaction(async (tx) => (await tx.range(...childrenOf('audit'), { limit: 10_000 })).length)
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
  expect(await left(store)).toBe(0)
  expect(await left(store, 'b')).toBe(1)
  expect(await rows(store)).toBe(1)
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

/** Commits and moves so many changes, one after the other. */
async function changeOften(store: Store, outbox: Outbox, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const made = record(`${index}`)
    await commit(store, outbox, made)
    await outbox.move([made])
  }
}

test('however much is written while a drain waits for the disk, one more drain is enough for it', async () => {
  const store = openMemory()
  const disk = Promise.withResolvers<void>()
  let syncs = 0
  class SlowDisk extends MemorySink {
    override async sync() {
      if (++syncs === 1) return disk.promise
      // Something is always written meanwhile.
      if (syncs < 4) await changeOften(store, outbox, 1)
    }
  }
  const outbox = new Outbox(store, new AuditLog(new SlowDisk()), 'a', unexpected)
  await changeOften(store, outbox, 400)
  disk.resolve()
  await outbox.drain()
  await outbox.drain()
  expect(syncs).toBe(3)
  await outbox.close()
  expect(await left(store)).toBe(0)
})

test('after a drain that failed each change does not try the next one', async () => {
  const store = openMemory()
  const faults: unknown[] = []
  class BrokenDisk extends MemorySink {
    override sync() {
      return Promise.reject(new Error('no disk'))
    }
  }
  const outbox = new Outbox(store, new AuditLog(new BrokenDisk()), 'a', (error) => faults.push(error))
  await changeOften(store, outbox, 600)
  expect(faults).toHaveLength(1)
  await outbox.close()
})

test('slots are written over and over, also after attempts that were undone; closing leaves nothing', async () => {
  const store = openMemory()
  const log = new AuditLog(new MemorySink())
  const outbox = new Outbox(store, log, 'a', unexpected)
  for (let round = 0; round < 30; round++) {
    const contended = keyOf('contended')
    await store.transaction(async (tx) => {
      await tx.get(contended)
      // Another change gets in the way of the first attempt.
      const other = await store.transaction(async (inner) => (await inner.get<number>(contended)) ?? 0)
      if (other === round) await store.transaction(async (inner) => inner.put(contended, round + 1))
      tx.put(keyOf('change', `${round}`), {})
      outbox.stage(tx, [record(`${round}`)])
    })
    const refused = store.transaction(async (tx) => {
      outbox.stage(tx, [record('never')])
      throw new Error('refused')
    })
    await expect(refused).rejects.toThrow('refused')
    await outbox.move([record(`${round}`)])
    await outbox.drain()
    expect(await left(store)).toBe(0)
  }
  expect(await rows(store)).toBeLessThanOrEqual(3)
  await outbox.close()
  expect(await rows(store)).toBe(0)
})

test('many slots are not kept when few are needed', async () => {
  const store = openMemory()
  const outbox = new Outbox(store, new AuditLog(new MemorySink()), 'a', unexpected)
  const many = Array.from({ length: 2000 }, (_, index) => record(`${index}`))
  for (const one of many) await commit(store, outbox, one)
  expect(await left(store)).toBe(2000)
  await Promise.all(many.map((one) => outbox.move([one])))
  await outbox.drain()
  expect(await left(store)).toBe(0)
  expect(await rows(store)).toBeLessThanOrEqual(513)
  await commit(store, outbox, record('later'))
  expect(await left(store)).toBe(1)
  await outbox.close()
  expect(await left(store)).toBe(1)
})

test('a slot whose commit nobody knows the outcome of is not used again', async () => {
  const backend = new MemoryBackend()
  const store = openStore(backend, plain)
  const outbox = new Outbox(store, new AuditLog(new MemorySink()), 'a', unexpected)
  await commit(store, outbox, record('1'))
  await outbox.move([record('1')])
  await outbox.drain()
  const applied = backend.commit.bind(backend)
  backend.commit = async (...asked) => {
    await applied(...asked)
    throw new Error('connection lost')
  }
  await expect(commit(store, outbox, record('unheard'))).rejects.toThrow('connection lost')
  backend.commit = applied
  for (const id of ['2', '3', '4']) await commit(store, outbox, record(id))
  for (const id of ['2', '3', '4']) await outbox.move([record(id)])
  await outbox.close()
  const next = new MemorySink()
  expect(await new Outbox(store, new AuditLog(next), 'a', unexpected).recover()).toBe(1)
  expect([...next.newest()]).toEqual(['unheard'])
})

/** The log of a disk. Of the newest records it knows only those that may not be noted as drained. */
class Disk extends MemorySink {
  readonly ids: string[] = []
  noted = 0

  override write(records: readonly AuditRecord[]) {
    super.write(records)
    for (const { id } of records) this.ids.push(id)
  }

  override newest() {
    return new Set(this.ids.slice(this.noted))
  }
}

const change = fc.record({
  records: fc.integer({ min: 1, max: 2 }),
  move: fc.constantFrom('at once', 'later', 'not logged at first'),
  after: fc.constantFrom('nothing', 'nothing', 'nothing', 'drain', 'drain cut short', 'crash', 'close'),
})

test('whatever fails and whenever the process crashes, each change is in the log exactly once', async () => {
  const property = fc.asyncProperty(fc.array(change, { maxLength: 60, size: 'max' }), async (changes) => {
    const store = openMemory()
    const disk = new Disk()
    let alive = { outbox: undefined as Outbox | undefined, failing: false, dead: false, cut: false }
    const start = async () => {
      const mine = { outbox: undefined as Outbox | undefined, failing: false, dead: false, cut: false }
      const sink = new (class extends MemorySink {
        override write(records: readonly AuditRecord[]) {
          if (mine.failing || mine.dead) throw new Error('no space left')
          disk.write(records)
        }
        override newest() {
          return disk.newest()
        }
      })()
      const guarded: Store = {
        ...store,
        transaction: (work, options) => {
          if (mine.dead || mine.cut) throw new Error('killed')
          return store.transaction(work, options)
        },
      }
      mine.outbox = new Outbox(guarded, new AuditLog(sink), 'a', () => {})
      await mine.outbox.recover()
      disk.noted = disk.ids.length
      alive = mine
    }
    await start()
    const committed: string[] = []
    let later: (readonly AuditRecord[])[] = []
    const stop = async (how: 'crash' | 'close') => {
      if (how === 'close') await alive.outbox?.close()
      alive.dead = true
      later = []
      await start()
    }
    for (const [index, { records, move, after }] of changes.entries()) {
      const own = Array.from({ length: records }, (_, nth) => record(`${index}.${nth}`))
      const outbox = alive.outbox as Outbox
      await commit(store, outbox, ...own)
      committed.push(...own.map(({ id }) => id))
      alive.failing = move === 'not logged at first'
      if (move === 'later') later.push(own)
      else await outbox.move(own)
      alive.failing = false
      if (later.length > 4) for (const waiting of later.splice(0).reverse()) await outbox.move(waiting)
      if (index % 10 === 9 || after === 'drain') {
        await outbox.drain()
        disk.noted = disk.ids.length
      }
      if (after === 'drain cut short') {
        alive.cut = true
        await outbox.drain()
        alive.cut = false
      }
      if (after === 'crash' || after === 'close') await stop(after)
    }
    await stop('crash')
    expect(disk.ids.toSorted()).toEqual(committed.toSorted())
    expect(await rows(store)).toBe(0)
  })
  await fc.assert(property, { numRuns: 60, endOnFailure: true })
})
