import { setTimeout as delay } from 'node:timers/promises'
import { Pool, type PoolConfig } from 'pg'
import { assert } from '../base/assert.ts'
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
import type { Commit } from './packed-commits.ts'
import { prepareSchema } from './postgres-schema.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters such as `sslmode`. */
  readonly connectionString: string
  /** The PostgreSQL schema that holds the tables: lower-case letters, digits and `_`. */
  readonly schema?: string
  readonly maximumConnections?: number
  /** How long a statement, or waiting for a connection, may take. */
  readonly timeoutMilliseconds?: number
  /** How many of the latest commits are kept for other processes to learn what changed. */
  readonly keptChanges?: number
  /** Told of connections that broke while nothing used them; the pool replaces them by itself. */
  readonly onIdleFailure?: (failure: Error) => void
}

/** A store in a PostgreSQL database, which any number of processes may share. */
export async function openPostgres(options: PostgresOptions): Promise<Backend> {
  const { schema = 'keyturn', timeoutMilliseconds = 10_000 } = options
  assert(/^[a-z_][a-z0-9_]{0,62}$/.test(schema), 'a schema name needs no quotes')
  const config: PoolConfig = {
    connectionString: options.connectionString,
    max: options.maximumConnections ?? 10,
    connectionTimeoutMillis: timeoutMilliseconds,
    query_timeout: timeoutMilliseconds,
    keepAlive: true,
    application_name: 'keyturn',
  }
  const pool = new Pool(config)
  // A connection that breaks while idle would otherwise end the process.
  pool.on('error', options.onIdleFailure ?? (() => {}))
  try {
    await prepareSchema(pool, schema)
  } catch (failure) {
    await pool.end()
    throw failure
  }
  return new PostgresBackend(pool, schema, options.keptChanges ?? 16_384)
}

interface Waiting extends Commit {
  readonly resolve: (outcome: number | 'conflict') => void
  readonly reject: (failure: Error) => void
}

interface EntryRow {
  readonly key: Key
  readonly value: Buffer
  readonly version: string
}

const groupCommits = 256
const groupBytes = 8 * 1024 * 1024
const certainlyUndone = new Set(['40001', '40P01'])
const undoneAttempts = 10
const readAttempts = 4
/** What took longer than this was not a connection found dead. */
const rereadMilliseconds = 1000

class PostgresBackend implements Backend {
  readonly #pool: Pool
  readonly #schema: string
  readonly #keptChanges: number
  #waiting: Waiting[] = []
  #committing = false
  #idle: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(pool: Pool, schema: string, keptChanges: number) {
    this.#pool = pool
    this.#schema = schema
    this.#keptChanges = keptChanges
  }

  async get(keys: readonly Key[]): Promise<readonly (Versioned | undefined)[]> {
    const rows = await this.#read<EntryRow>(
      'get',
      'SELECT key, value, version FROM $schema.entry WHERE key = ANY($1)',
      [keys],
    )
    const found = new Map(rows.map((row) => [row.key, { value: row.value, version: Number(row.version) }]))
    return keys.map((key) => found.get(key))
  }

  async range(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Entry[]> {
    const order = reverse ? 'DESC' : 'ASC'
    const text = `SELECT key, value, version FROM $schema.entry WHERE key >= $1 AND key < $2 ORDER BY key ${order} LIMIT $3`
    const rows = await this.#read<EntryRow>(`range ${order}`, text, [from, to, limit])
    return rows.map(({ key, value, version }) => ({ key, value, version: Number(version) }))
  }

  async keys(from: Key, to: Key, { limit, reverse = false }: RangeOptions): Promise<readonly Key[]> {
    const order = reverse ? 'DESC' : 'ASC'
    const text = `SELECT key FROM $schema.entry WHERE key >= $1 AND key < $2 ORDER BY key ${order} LIMIT $3`
    const rows = await this.#read<Pick<EntryRow, 'key'>>(`keys ${order}`, text, [from, to, limit])
    return rows.map(({ key }) => key)
  }

  commit(checks: readonly Check[], writes: readonly Write[]): Promise<number | 'conflict'> {
    if (this.#closed !== undefined) return Promise.reject(new BackendFailure('The store is closed.'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ checks, writes, resolve, reject })
      if (this.#committing) return
      this.#committing = true
      setImmediate(() => void this.#commitWaiting())
    })
  }

  async head(): Promise<number> {
    const rows = await this.#read<{ number: string }>('head', 'SELECT number FROM $schema.head', [])
    return Number(rows[0]?.number)
  }

  async changesSince(number: number): Promise<Changes> {
    const text =
      'SELECT head.number AS head, change.keys FROM $schema.head LEFT JOIN $schema.change ' +
      'ON change.number > $1 AND head.number - $1 <= $2'
    const rows = await this.#read<{ head: string; keys: Key[] | null }>('changes', text, [number, this.#keptChanges])
    const head = Number(rows[0]?.head)
    const changes = rows.flatMap(({ keys }) => (keys === null ? [] : [keys]))
    // Every commit has a row until it is pruned.
    return { head, keys: changes.length === Math.max(0, head - number) ? changes.flat() : undefined }
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #finish(): Promise<void> {
    if (this.#committing) await new Promise<void>((resolve) => (this.#idle = resolve))
    await this.#pool.end()
  }

  /** Sends groups one after the other: the lock on the head would keep a second one waiting anyhow. */
  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupLength(this.#waiting))
      try {
        const outcomes = await this.#commitGroup(group)
        for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] ?? 'conflict')
      } catch (failure) {
        for (const { reject } of group) reject(failure as Error)
      }
    }
    this.#committing = false
    this.#idle?.()
  }

  async #commitGroup(group: readonly Commit[]): Promise<readonly (number | undefined)[]> {
    const checks = group.flatMap((commit) => commit.checks)
    const writes = group.flatMap((commit) => commit.writes)
    const values = [
      group.map((commit) => commit.checks.length),
      checks.map(({ key }) => key),
      checks.map(({ version }) => version),
      group.map((commit) => commit.writes.length),
      writes.map(({ key }) => key),
      writes.map(({ value }) => value ?? null),
      this.#keptChanges,
    ]
    for (let attempt = 1; ; attempt++) {
      try {
        const text = 'SELECT $schema.commit_group($1, $2, $3, $4, $5, $6, $7) AS outcomes'
        const rows = await this.#query<{ outcomes: (string | null)[] }>('commit', text, values)
        return (rows[0]?.outcomes ?? []).map((outcome) => (outcome === null ? undefined : Number(outcome)))
      } catch (failure) {
        const code = failure instanceof BackendFailure ? sqlState(failure.cause) : undefined
        if (code === undefined || !certainlyUndone.has(code) || attempt === undoneAttempts) throw failure
        await delay(Math.random() * 20)
      }
    }
  }

  /** Reads again where the connection was lost: an idle one may have been dead for long, and nobody has noticed. */
  async #read<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const started = performance.now()
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#query<Row>(name, text, values)
      } catch (failure) {
        const late = performance.now() - started > rereadMilliseconds
        if (late || attempt === readAttempts || !(failure instanceof BackendFailure) || !lostConnection(failure))
          throw failure
        await delay(Math.random() * 20)
      }
    }
  }

  /** Runs a statement that each connection prepares once. */
  async #query<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const query = { name, text: text.replaceAll('$schema', this.#schema), values: [...values] }
      return (await this.#pool.query<Row>(query)).rows
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new BackendFailure(`The database of the store failed: ${reason}`, { cause })
    }
  }
}

/** Whether the failure was the connection's (SQLSTATE classes 08 and 57P, or none because no server answered). */
function lostConnection({ cause }: BackendFailure): boolean {
  const state = sqlState(cause)
  return state === undefined || state.length !== 5 || state.startsWith('08') || state.startsWith('57P')
}

function sqlState(failure: unknown): string | undefined {
  return failure instanceof Error && 'code' in failure ? String(failure.code) : undefined
}

/** How many of the waiting commits go together: at least one, and as many as are bounded in count and size. */
function groupLength(waiting: readonly Commit[]): number {
  let bytes = 0
  for (let index = 0; index < waiting.length; index++) {
    for (const { value } of (waiting[index] as Commit).writes) bytes += value?.length ?? 0
    if (index >= groupCommits || (index > 0 && bytes > groupBytes)) return index
  }
  return waiting.length
}
