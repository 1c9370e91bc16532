import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { isMark, type Key } from './key.ts'
import { LatestWrites } from './latest-writes.ts'
import { type Commit, type PackedCommits, unpackCommits } from './packed-commits.ts'
import { connect, isBusy, pause } from './sqlite-file.ts'
import { closing, conflicted, failed, type WriterAnswer, type WriterData } from './sqlite-writer-protocol.ts'

const groupCommits = 1024
const waitMilliseconds = 10_000
const statementWaitMilliseconds = 5
/**
 * How long the write-ahead log grows (32 MB) before its pages go where they belong: a page that many commits wrote goes once.
 * Four times SQLite's own choice, which saves a fifth of a writer's processor time.
 */
const checkpointPages = 4000
/** No head is this one: the next group begins with what the file says. */
const unknownHead = -1

/** What writes one of the two tables. */
interface TableStatements {
  readonly version: StatementSync
  readonly put: StatementSync
  readonly remove: StatementSync
}

interface Statements {
  readonly entry: TableStatements
  readonly mark: TableStatements
  readonly note: StatementSync
  readonly prune: StatementSync
  readonly head: StatementSync
  readonly setHead: StatementSync
}

function prepare(database: DatabaseSync): Statements {
  return {
    entry: {
      version: database.prepare('SELECT version FROM entry WHERE key = ?'),
      put: database.prepare(
        'INSERT INTO entry (key, value, version) VALUES (?, ?, ?) ' +
          'ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version',
      ),
      remove: database.prepare('DELETE FROM entry WHERE key = ?'),
    },
    mark: {
      version: database.prepare('SELECT version FROM mark WHERE key = ?'),
      put: database.prepare('INSERT OR REPLACE INTO mark (key, version) VALUES (?, ?)'),
      remove: database.prepare('DELETE FROM mark WHERE key = ?'),
    },
    note: database.prepare('INSERT INTO change (number, commits, keys) VALUES (?, ?, ?)'),
    prune: database.prepare('DELETE FROM change WHERE number <= ?'),
    head: database.prepare('SELECT number FROM head'),
    setHead: database.prepare('UPDATE head SET number = ?'),
  }
}

/**
 * Waits for the write lock by asking often: SQLite's own waiting sleeps up to 100 ms between attempts, and so hardly ever
 * meets the moments in which a busy process has let go.
 */
function begin(database: DatabaseSync): void {
  const deadline = performance.now() + waitMilliseconds
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE')
      return
    } catch (failure) {
      if (!isBusy(failure) || performance.now() > deadline) throw failure
      pause(Math.random() * 2)
    }
  }
}

/** The connection that writes, and what it knows of the newest commits. */
interface Writer {
  readonly database: DatabaseSync
  readonly statements: Statements
  readonly latest: LatestWrites
}

function holds({ checks, since }: Commit, { statements, latest }: Writer): boolean {
  for (const { key, version, guess } of checks) {
    const marked = isMark(key)
    const known = marked ? undefined : latest.has(key, version, guess ? undefined : since)
    if (known === false) return false
    if (known !== undefined) continue
    const { version: stored } = marked ? statements.mark : statements.entry
    if ((stored.get(key)?.['version'] ?? 0) !== version) return false
  }
  return true
}

function write(key: Key, value: Uint8Array | undefined, number: number, { entry, mark }: Statements): void {
  const marked = isMark(key)
  if (value === undefined) (marked ? mark : entry).remove.run(key)
  else if (marked) {
    assert(value.length === 0, 'a mark has no value')
    mark.put.run(key, number)
  } else entry.put.run(key, value, number)
}

/** Applies a commit inside the open transaction if its checks hold; whether they did. */
function apply(commit: Commit, number: number, writer: Writer): boolean {
  if (!holds(commit, writer)) return false
  const { statements, latest } = writer
  const versions: [Key, number][] = []
  for (const { key, value } of commit.writes) {
    write(key, value, number, statements)
    // Marks are hardly ever checked, and are looked up then.
    if (!isMark(key)) versions.push([key, value === undefined ? 0 : number])
  }
  latest.append(versions)
  return true
}

/** Applies the commits in turn, leaves out those that conflict, and makes the others durable together. */
function applyGroup(commits: readonly Commit[], writer: Writer): number[] {
  const { database, statements, latest } = writer
  begin(database)
  const before = Number(statements.head.get()?.['number'])
  // Another process has committed. Reading what it wrote would cost more than asking for the few versions to come.
  if (latest.head !== before) latest.restart(before)
  let number = before
  let keys = ''
  const outcomes = commits.map((commit) => {
    if (!apply(commit, number + 1, writer)) return conflicted
    for (const { key } of commit.writes) keys += `${key}\n`
    return ++number
  })
  if (number === before) {
    database.exec('ROLLBACK')
    return outcomes
  }
  statements.note.run(number, number - before, keys)
  statements.setHead.run(number)
  statements.prune.run(number - (workerData as WriterData).keptChanges)
  database.exec('COMMIT')
  return outcomes
}

/** The same, where a failure becomes an outcome. One commit that cannot be applied does not take the others with it. */
function settleGroup(commits: readonly Commit[], writer: Writer): WriterAnswer {
  const { database, latest } = writer
  try {
    return { outcomes: applyGroup(commits, writer), reason: '' }
  } catch (failure) {
    // It may hold numbers that were not committed, and that others now use for their commits.
    latest.restart(unknownHead)
    if (database.isTransaction) database.exec('ROLLBACK')
    const reason = failure instanceof Error ? failure.message : String(failure)
    if (commits.length === 1 || isBusy(failure)) return { outcomes: commits.map(() => failed), reason }
    const single = commits.map((commit) => settleGroup([commit], writer))
    return { outcomes: single.flatMap(({ outcomes }) => outcomes), reason }
  }
}

function openForWriting({ path, maximumBytes }: WriterData): DatabaseSync {
  const database = connect(path)
  database.exec(`PRAGMA busy_timeout = ${statementWaitMilliseconds}`)
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
  if (maximumBytes !== undefined) {
    const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size'])
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maximumBytes / pageBytes))}`)
  }
  return database
}

function serve(port: MessagePort): void {
  const database = openForWriting(workerData as WriterData)
  const writer = { database, statements: prepare(database), latest: new LatestWrites(unknownHead) }
  port.on('message', (first: PackedCommits | typeof closing) => {
    let waiting: Commit[] = []
    let message: PackedCommits | typeof closing | undefined = first
    while (message !== undefined) {
      if (message === closing) {
        if (waiting.length > 0) port.postMessage(settleGroup(waiting, writer))
        database.close()
        port.close()
        return
      }
      waiting.push(...unpackCommits(message))
      // Whatever else has arrived meanwhile shares the disk's time.
      message = receiveMessageOnPort(port)?.message as PackedCommits | typeof closing | undefined
      if (waiting.length < groupCommits && message !== undefined) continue
      port.postMessage(settleGroup(waiting, writer))
      waiting = []
    }
  })
}

assert(parentPort, 'the SQLite writer runs in a thread of its own')
serve(parentPort)
