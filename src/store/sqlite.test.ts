import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { Backend } from './backend.ts'
import type { OpenBackend, OpenedBackend } from './backend.test-support.ts'
import { backendConformance } from './backend-conformance.ts'
import { keyOf } from './key.ts'
import { openSqlite } from './sqlite.ts'
import { storeConformance } from './store-conformance.ts'

const open: OpenBackend = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sqlite-'))
  const path = join(folder, 'inner', 'store.db')
  const backends: Backend[] = []
  const another: OpenedBackend['another'] = async (others = options) => {
    const backend = await openSqlite({ path, ...others })
    backends.push(backend)
    return backend
  }
  return {
    backend: await another(),
    another,
    async close() {
      await Promise.all(backends.map((backend) => backend.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

backendConformance('sqlite', open)
storeConformance('sqlite', open)

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'made', 'store.db')
}

test('only the owner can reach the files', async () => {
  const path = temporaryFile()
  const backend = await openSqlite({ path })
  await backend.commit([], [{ key: keyOf('a'), value: Buffer.from('1') }])
  const modes = [join(path, '..'), path, `${path}-wal`, `${path}-shm`].map((file) => statSync(file).mode & 0o777)
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600])
  await backend.close()
})

test('what was committed is there when the file is opened again', async () => {
  const path = temporaryFile()
  const first = await openSqlite({ path })
  expect(await first.commit([], [{ key: keyOf('a'), value: Buffer.from('1') }])).toBe(1)
  await first.close()
  const second = await openSqlite({ path })
  expect(await second.head()).toBe(1)
  expect(await second.commit([{ key: keyOf('a'), version: 1 }], [])).toBe(2)
  await second.close()
})

test.each([
  [3, 'Begin with an empty data folder'],
  [5, 'newer release'],
])('a file of format %d is refused', async (format, refusal) => {
  const path = temporaryFile()
  await (await openSqlite({ path })).close()
  const database = new DatabaseSync(path)
  database.exec(`UPDATE head SET format = ${format}`)
  database.close()
  await expect(openSqlite({ path })).rejects.toThrow(refusal)
})

test('a full file rejects what does not fit, keeps what it has, and goes on when there is room', async () => {
  const path = temporaryFile()
  const backend = await openSqlite({ path, maximumBytes: 400_000 })
  const value = Buffer.alloc(20_000)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => backend.commit([], [{ key: keyOf(String(index)), value }])),
  )
  const kept = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [keyOf(String(index))] : []))
  expect(kept.length).toBeGreaterThan(5)
  expect(kept.length).toBeLessThan(20)
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(refused?.reason).toMatchObject({ name: 'BackendFailure', message: expect.stringContaining('full') })
  expect((await backend.range(keyOf(''), keyOf('~'), { limit: 100 })).map(({ key }) => key)).toEqual(kept.toSorted())
  expect(await backend.head()).toBe(kept.length)
  await backend.commit(
    [],
    kept.slice(0, 3).map((key) => ({ key, value: undefined })),
  )
  expect(await backend.commit([], [{ key: keyOf('later'), value }])).toBe(kept.length + 2)
  await backend.close()
})

test('a commit that cannot be applied fails alone', async () => {
  const backend = await openSqlite({ path: temporaryFile(), maximumBytes: 400_000 })
  const commit = (key: string, length: number): Promise<unknown> =>
    backend.commit([], [{ key: keyOf(key), value: Buffer.alloc(length) }])
  const commits = [commit('a', 10), commit('too large', 1_000_000), commit('b', 10), commit('c', 1)]
  const outcomes = await Promise.allSettled(commits)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(await backend.head()).toBe(3)
  // What was undone with the failed one is not taken for committed.
  expect(await backend.commit([{ key: keyOf('too large'), version: 0 }], [], 0)).toBe(4)
  expect(await backend.commit([{ key: keyOf('b'), version: 2 }], [], 2)).toBe(5)
  expect(await backend.commit([{ key: keyOf('b'), version: 3 }], [], 3)).toBe('conflict')
  await backend.close()
})

test('what a failed group had noted is forgotten, also where another process then takes its number', async () => {
  const path = temporaryFile()
  const backend = await openSqlite({ path, maximumBytes: 400_000 })
  const other = await openSqlite({ path })
  const key = keyOf('a')
  expect(await backend.commit([], [])).toBe(1)
  // The value fits; the note of which keys were written does not.
  const gone = Array.from({ length: 600 }, (_, index) => ({ key: keyOf(`${index}`.padEnd(1000)), value: undefined }))
  const failing = backend.commit([], [{ key, value: Buffer.from('never there') }, ...gone])
  await expect(failing).rejects.toMatchObject({ name: 'BackendFailure', message: expect.stringContaining('full') })
  expect(await other.commit([], [{ key: keyOf('b'), value: Buffer.from('of another') }])).toBe(2)
  expect(await backend.commit([{ key, version: 2 }], [])).toBe('conflict')
  expect(await backend.commit([{ key, version: 0 }], [], 2)).toBe(3)
  await Promise.all([backend.close(), other.close()])
})

test('a writer that dies rejects what waits for it; the next commit has a new one', async () => {
  const path = temporaryFile()
  const started = new Promise<Worker>((resolve) => process.once('worker', resolve))
  const backend = await openSqlite({ path })
  const commit = (name: string): Promise<unknown> => backend.commit([], [{ key: keyOf(name), value: Buffer.from('1') }])
  expect(await commit('before')).toBe(1)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const waiting = Promise.allSettled([commit('a'), commit('b')])
  await (await started).terminate()
  const failure = { status: 'rejected', reason: expect.objectContaining({ name: 'BackendFailure' }) }
  expect(await waiting).toEqual([failure, failure])
  other.exec('ROLLBACK')
  other.close()
  expect(await commit('after')).toBe(2)
  await backend.close()
  await expect(commit('closed')).rejects.toMatchObject({ name: 'BackendFailure' })
})

test('a commit waits while another process is writing', async () => {
  const path = temporaryFile()
  const backend = await openSqlite({ path })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  let done = false
  const commit = backend.commit([], [{ key: keyOf('a'), value: Buffer.from('1') }]).then((number) => {
    done = true
    return number
  })
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect([done, await backend.head()]).toEqual([false, 0])
  other.exec('COMMIT')
  other.close()
  expect(await commit).toBe(1)
  await backend.close()
})
