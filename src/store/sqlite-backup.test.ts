import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { high, low, put, write } from './backend.test-support.ts'
import { keyOf } from './key.ts'
import { copySqlite } from './sqlite-backup.ts'
import { openSqlite } from './sqlite.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const untold = (): void => {}

test('a copy is the store at the moment it was begun, however much is committed meanwhile', async () => {
  const folder = temporaryFolder()
  const [path, copy] = [join(folder, 'store.db'), join(folder, 'copy.db')]
  const backend = await openSqlite({ path })
  const large = 'x'.repeat(100_000)
  for (let index = 0; index < 120; index++) await write(backend, put(keyOf('before', String(index)), large))
  const told: number[] = []
  const other = new DatabaseSync(path)
  const copied = await copySqlite(path, copy, (pages) => {
    told.push(pages)
    // A copy that began anew with every commit would not end.
    if (told.length > 50) throw new Error('the copy does not come to its end')
    other.exec("BEGIN IMMEDIATE; UPDATE entry SET value = x'00'; UPDATE head SET number = number + 1; COMMIT")
  })
  other.close()
  expect(told.length).toBeGreaterThan(2)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(copied).toEqual({ bytes: statSync(copy).size, head: 120 })
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])
  expect(await backend.head()).toBe(120 + told.length)
  await backend.close()

  const restored = await openSqlite({ path: copy })
  expect(await restored.head()).toBe(120)
  const entries = await restored.range(low, high, { limit: 1000 })
  expect(entries).toHaveLength(120)
  for (const { value } of entries) expect(Buffer.from(value).toString() === large).toBe(true)
  expect(await write(restored, put(keyOf('on'), ''))).toBe(121)
  await restored.close()
})

test('a file that is there is not overwritten, and one that is no store not copied', async () => {
  const folder = temporaryFolder()
  const [path, copy, none] = ['store.db', 'copy.db', 'none.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await (await openSqlite({ path })).close()
  writeFileSync(copy, 'precious')
  await expect(copySqlite(path, copy, untold)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await copySqlite(join(folder, 'missing.db'), none, untold)).toEqual({ refused: 'no-store' })
  new DatabaseSync(join(folder, 'other.db')).close()
  expect(await copySqlite(join(folder, 'other.db'), none, untold)).toEqual({ refused: 'no-store' })
  expect(readdirSync(folder)).not.toContain('none.db')
})

test('the copy of a damaged file is refused', async () => {
  const folder = temporaryFolder()
  const [path, copy] = [join(folder, 'store.db'), join(folder, 'copy.db')]
  const backend = await openSqlite({ path })
  for (let index = 0; index < 50; index++) await write(backend, put(keyOf(String(index)), 'x'.repeat(10_000)))
  await backend.close()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").get()?.['rootpage'])
  database.close()
  const file = openSync(path, 'r+')
  // The count of cells in a page's header.
  writeSync(file, Buffer.from([0, 1]), 0, 2, (root - 1) * 8192 + 3)
  closeSync(file)
  expect(await copySqlite(path, copy, untold)).toMatchObject({ refused: 'damaged', fault: expect.any(String) })
})
