import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  type Backend,
  BackendFailure,
  type Changes,
  type Check,
  type Entry,
  type RangeOptions,
  type Versioned,
  type Write,
} from './backend.ts'
import type { Key } from './key.ts'
import { SqliteRows } from './sqlite-rows.ts'
import { connect, prepareFile } from './sqlite-file.ts'
import { SqliteWriter } from './sqlite-writer-thread.ts'

export interface SqliteOptions {
  /** The file; its folder is made where it is missing. */
  readonly path: string
  /** The size at which the file is full: commits that would need more fail. */
  readonly maximumBytes?: number
  /** How many of the latest commits are kept for other processes to learn what changed. */
  readonly keptChanges?: number
}

const defaultKeptChanges = 16_384
const pageCacheKibibytes = 32_768

/**
 * A store in one SQLite file, which several processes may share. Reads run on the calling thread, a few microseconds each;
 * commits run on a thread of their own, so that the event loop never waits for a disk.
 */
export async function openSqlite(options: SqliteOptions): Promise<Backend> {
  prepareFile(options.path)
  return new SqliteBackend(options)
}

interface ChangeRow {
  readonly number: number
  readonly commits: number
  readonly keys: string
}

class SqliteBackend implements Backend {
  readonly #database: DatabaseSync
  readonly #writer: SqliteWriter
  readonly #rows: SqliteRows
  readonly #number: StatementSync
  readonly #dataVersion: StatementSync
  readonly #changes: StatementSync
  readonly #keptChanges: number
  /** SQLite's count of changes by other connections (the writer's too) when the head was last read. */
  #seen = -1
  #head = 0
  #closed: Promise<void> | undefined

  constructor({ path, maximumBytes, keptChanges = defaultKeptChanges }: SqliteOptions) {
    const database = connect(path)
    database.exec(`PRAGMA cache_size = -${pageCacheKibibytes}; PRAGMA query_only = ON`)
    this.#database = database
    this.#rows = new SqliteRows(database)
    this.#number = database.prepare('SELECT number FROM head')
    this.#dataVersion = database.prepare('PRAGMA data_version')
    this.#changes = database.prepare(
      'SELECT number, commits, keys FROM change WHERE number > ? AND number <= ? ORDER BY number',
    )
    this.#keptChanges = keptChanges
    this.#writer = new SqliteWriter({ path, maximumBytes, keptChanges })
  }

  async get(keys: readonly Key[]): Promise<readonly (Versioned | undefined)[]> {
    return keys.map((key) => this.#rows.get(key))
  }

  async range(from: Key, to: Key, options: RangeOptions): Promise<readonly Entry[]> {
    return this.#rows.range(from, to, options)
  }

  async keys(from: Key, to: Key, options: RangeOptions): Promise<readonly Key[]> {
    return this.#rows.keys(from, to, options)
  }

  commit(checks: readonly Check[], writes: readonly Write[], since?: number): Promise<number | 'conflict'> {
    if (this.#closed !== undefined) return Promise.reject(new BackendFailure('The store is closed.'))
    return this.#writer.commit({ checks, writes, since })
  }

  async head(): Promise<number> {
    return this.headNow()
  }

  headNow(): number {
    // Read before the head: a commit between the two then shows as a change at the next call.
    const version = this.#dataVersion.get()?.['data_version'] as number
    if (version !== this.#seen) {
      this.#head = this.#number.get()?.['number'] as number
      this.#seen = version
    }
    return this.#head
  }

  async changesSince(number: number): Promise<Changes> {
    const head = this.headNow()
    if (head - number > this.#keptChanges) return { head, keys: undefined }
    if (head <= number) return { head, keys: [] }
    const rows = this.#changes.all(number, head) as unknown as ChangeRow[]
    // They follow each other without a gap, so all are there if the oldest one is.
    const [oldest] = rows
    if (oldest === undefined || oldest.number - oldest.commits > number) return { head, keys: undefined }
    return { head, keys: rows.flatMap(({ keys }) => keys.split('\n').filter(Boolean)) as Key[] }
  }

  close(): Promise<void> {
    this.#closed ??= this.#writer.close().finally(() => this.#database.close())
    return this.#closed
  }
}
