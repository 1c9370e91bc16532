import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const busyMilliseconds = 10_000
const openAttempts = 100
/** The layout of the tables below, and of the records; a file that says a higher one was written by a newer release. */
const format = 4

/** Of a new file: most records take a kilobyte or three, so that smaller pages are half empty or overflow. */
const pageBytes = 8192

/**
 * `entry` is a rowid table with a unique index on the key: with values of a kilobyte a table clustered by key is three
 * times as large and reads three times slower. Marks, which have no value, are in a table of their own that is clustered:
 * writing one touches one tree and not two. A row of `change` tells of the commits that were made durable together, so
 * many up to `number`: the keys that they wrote, one on a line.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL, version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS mark (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS change (
    number INTEGER PRIMARY KEY, commits INTEGER NOT NULL, keys TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS head (
    only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL, format INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO head (only, number, format) VALUES (1, 0, ${format});
`

/** Opens the file, making it and its folder where they are missing, for the owner only. */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite gives the journal beside it the same mode.
  closeSync(openSync(path, 'a', 0o600))
  const database = connect(path)
  try {
    const written = formatOf(database)
    if (written !== undefined && written > format) {
      throw new Error(`The store has format ${written}, which a newer release wrote; this one knows up to ${format}.`)
    }
    if (written !== undefined && written < format) {
      throw new Error(
        `The store has format ${written}, of a build before the first release; this one reads format ${format}. Begin with an empty data folder.`,
      )
    }
    if (written !== undefined) return
    database.exec('BEGIN IMMEDIATE')
    database.exec(tables)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

/** A connection on which a commit is on disk when it returns. */
export function connect(path: string): DatabaseSync {
  // The time-out is set as the file is opened: without it a file that another process is busy with fails at once.
  const database = new DatabaseSync(path, { timeout: busyMilliseconds })
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}`)
    useWriteAheadLog(database)
    database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF')
    return database
  } catch (failure) {
    database.close()
    throw failure
  }
}

/** Changing the journal mode of a new file does not wait for other processes that do the same. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      const mode = database.prepare('PRAGMA journal_mode = WAL').get()
      if (mode?.['journal_mode'] !== 'wal') throw new Error('SQLite cannot keep a write-ahead log here.')
      return
    } catch (failure) {
      if (!isBusy(failure) || attempt === openAttempts) throw failure
      pause(20)
    }
  }
}

function formatOf(database: DatabaseSync): number | undefined {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'head'").get() === undefined) {
    return undefined
  }
  return Number(database.prepare('SELECT format FROM head').get()?.['format'])
}

const busyCode = 5

/** Whether another process was in the way; nothing was done. */
export function isBusy(failure: unknown): boolean {
  // The low byte is the primary result code, the rest says more about it.
  return failure instanceof Error && 'errcode' in failure && (Number(failure.errcode) & 0xff) === busyCode
}

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4))

/** Blocks this thread. */
export function pause(milliseconds: number): void {
  Atomics.wait(nobodyWakes, 0, 0, milliseconds)
}
