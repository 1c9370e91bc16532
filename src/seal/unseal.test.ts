import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Backend } from '../store/backend.ts'
import { keyOf } from '../store/key.ts'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { SealRefused } from './seal.ts'
import { devSeal } from './seals/dev.ts'
import { wrappingKeySeal } from './seals/wrapping-key.ts'
import { initialise, isInitialised, unseal } from './unseal.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-unseal-'))
afterAll(() => rmSync(root, { recursive: true }))

const now = 1_700_000_000_000
const rootAt = keyOf('seal', 'root')
const keyringAt = keyOf('seal', 'keyring')
const record = keyOf('record')

async function write(backend: Backend, key: typeof rootAt, value: Uint8Array | undefined): Promise<void> {
  await backend.commit([], [{ key, value }])
}

async function read(backend: Backend, key: typeof rootAt): Promise<Buffer> {
  const [found] = await backend.get([key])
  return Buffer.from(found?.value ?? [])
}

test('a store is initialised once', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  expect(await isInitialised(backend)).toBe(false)
  await expect(unseal(backend, seal)).rejects.toThrow(/empty.*init/)
  const { barrier } = await initialise(backend, seal, now)
  const value = barrier.encode(record, { a: 1 })
  expect(await isInitialised(backend)).toBe(true)
  await expect(initialise(backend, seal, now)).rejects.toThrow(SealRefused)
  await expect(initialise(backend, devSeal(), now)).rejects.toThrow('initialised already')
  expect((await unseal(backend, seal)).barrier.decode(record, value)).toEqual({ a: 1 })
})

test('of many that initialise at once, one does', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => initialise(backend, seal, now)))
  const [winner, ...more] = outcomes.filter((outcome) => outcome.status === 'fulfilled')
  expect(more).toEqual([])
  const value = winner?.value.barrier.encode(record, 'mine') as Uint8Array
  expect((await unseal(backend, seal)).barrier.decode(record, value)).toBe('mine')
})

test('neither the root key nor a barrier key stands in the store as it is', async () => {
  const backend = new MemoryBackend()
  await initialise(backend, devSeal(), now)
  expect((await read(backend, keyringAt)).includes('terms')).toBe(false)
  const { kind, wrapped } = JSON.parse((await read(backend, rootAt)).toString()) as { kind: string; wrapped: string }
  expect(kind).toBe('dev')
  expect(Buffer.from(wrapped, 'base64')).toHaveLength(60)
})

test('another key, another kind of seal and an altered root are refused, saying what to do', async () => {
  const backend = new MemoryBackend()
  const key = Buffer.alloc(32, 1)
  const seal = wrappingKeySeal('keyfile', key, '/etc/key')
  await initialise(backend, seal, now)
  await expect(unseal(backend, wrappingKeySeal('keyfile', Buffer.alloc(32, 2), '/etc/other'))).rejects.toThrow(
    /\/etc\/other does not open this store/,
  )
  await expect(unseal(backend, wrappingKeySeal('pkcs11', key, 'token'))).rejects.toThrow(
    /sealed with «keyfile».*says «pkcs11»/,
  )
  const good = await read(backend, rootAt)
  for (const bad of ['', '{', 'null', '[]', '{"kind":1,"wrapped":"x"}', '{"kind":"keyfile"}', '\xff']) {
    await write(backend, rootAt, Buffer.from(bad, 'latin1'))
    await expect(unseal(backend, seal)).rejects.toThrow(SealRefused)
  }
  for (let index = 0; index < good.length; index++) {
    const altered = Buffer.from(good)
    altered[index] = altered[index] === 0x41 ? 0x42 : 0x41
    await write(backend, rootAt, altered)
    await expect(unseal(backend, seal)).rejects.toThrow(SealRefused)
  }
  await write(backend, rootAt, good)
  await unseal(backend, seal)
})

test('a keyring that was altered, removed or taken from another store is refused', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  await initialise(backend, seal, now)
  const good = await read(backend, keyringAt)
  for (let index = 0; index < good.length; index += 7) {
    const altered = Buffer.from(good)
    altered[index] = (altered[index] as number) ^ 1
    await write(backend, keyringAt, altered)
    await expect(unseal(backend, seal)).rejects.toThrow('keyring')
  }
  const other = new MemoryBackend()
  await initialise(other, seal, now)
  for (const bad of [await read(other, keyringAt), await read(backend, rootAt), good.subarray(1), undefined]) {
    await write(backend, keyringAt, bad)
    await expect(unseal(backend, seal)).rejects.toThrow('keyring')
  }
})

test('rotation begins a new term, for this process and the next', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  const { barrier, rotate } = await initialise(backend, seal, now)
  const old = barrier.encode(record, 'old')
  expect(await rotate(now + 5)).toBe(2)
  expect(barrier.usage).toMatchObject({ term: 2, since: now + 5, sealed: 0 })
  const young = barrier.encode(record, 'young')
  expect(Buffer.from(young).readUInt32BE(1)).toBe(2)
  const later = await unseal(backend, seal)
  expect(later.barrier.decode(record, old)).toBe('old')
  expect(later.barrier.decode(record, young)).toBe('young')
  expect(later.barrier.usage.term).toBe(2)
})

test('processes that rotate at once all end under a term they can read each other’s values with', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  await initialise(backend, seal, now)
  const all = await Promise.all(Array.from({ length: 5 }, () => unseal(backend, seal)))
  const terms = await Promise.all(all.map(({ rotate }) => rotate(now)))
  expect(Math.min(...terms)).toBeGreaterThan(1)
  for (const { barrier } of all) await barrier.refresh()
  const values = all.map(({ barrier }) => barrier.encode(record, 'value'))
  for (const { barrier } of all) for (const value of values) expect(barrier.decode(record, value)).toBe('value')
})

test('a worn term is changed once by all processes that share the store', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  const first = await initialise(backend, seal, now)
  const second = await unseal(backend, seal)
  const year = 365 * 86_400_000
  await first.rotateIfWorn(now + year - 1)
  expect(first.barrier.usage.term).toBe(1)
  await first.rotateIfWorn(now + year)
  await second.rotateIfWorn(now + year)
  expect(first.barrier.usage.term).toBe(2)
  expect(second.barrier.usage.term).toBe(2)
})

describe.each([
  ['memory', async () => new MemoryBackend()],
  ['SQLite', async () => openSqlite({ path: join(root, 'store.sqlite') })],
])('stores of two processes over %s', (name, open) => {
  test('read what the other wrote under a term begun meanwhile, one by one and in ranges', async () => {
    const backend = await open()
    const seal = devSeal()
    const first = await initialise(backend, seal, now)
    const another = name === 'memory' ? backend : await open()
    const second = await unseal(another, seal)
    const [one, two] = [openStore(backend, first.barrier), openStore(another, second.barrier)]
    for (let round = 0; round < 3; round++) {
      await put(one, `a${round}`, round)
      await first.rotate(now)
      await put(one, `b${round}`, round)
      const get = (key: string) => two.transaction((tx) => tx.get(keyOf('record', key)))
      if (round % 2 === 0)
        expect(await Promise.all([get(`b${round}`), get(`a${round}`)])).toEqual([{ round }, { round }])
      const range = await two.transaction((tx) => tx.range(keyOf('record'), keyOf('recordz'), { limit: 100 }))
      expect(range).toHaveLength(2 * (round + 1))
      await second.rotate(now)
      await put(two, `c${round}`, round)
      expect(await one.transaction((tx) => tx.get(keyOf('record', `c${round}`)))).toEqual({ round })
      await put(one, `c${round}`, undefined)
    }
    await two.close()
    if (name !== 'memory') await one.close()
  })

  test('fail on a value that no refresh can open', async () => {
    const backend = await (name === 'memory' ? open() : openSqlite({ path: join(root, 'altered.sqlite') }))
    const { barrier } = await initialise(backend, devSeal(), now)
    const store = openStore(backend, barrier)
    await put(store, 'a', 1)
    await write(backend, keyOf('record', 'b'), await read(backend, keyOf('record', 'a')))
    const fresh = openStore(backend, barrier)
    await expect(fresh.transaction((tx) => tx.get(keyOf('record', 'b')))).rejects.toThrow('altered')
    await expect(fresh.transaction((tx) => tx.range(keyOf('record'), keyOf('recordz'), { limit: 10 }))).rejects.toThrow(
      'altered',
    )
    expect(await fresh.transaction((tx) => tx.get(keyOf('record', 'a')))).toEqual({ round: 1 })
    await store.close()
  })
})

function put(store: Store, key: string, round: number | undefined): Promise<void> {
  return store.transaction(async (tx) => {
    if (round === undefined) tx.delete(keyOf('record', key))
    else tx.put(keyOf('record', key), { round })
  })
}
