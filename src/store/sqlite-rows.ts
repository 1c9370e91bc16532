import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Entry, RangeOptions, Versioned } from './backend.ts'
import { isMark, type Key, markPrefix } from './key.ts'

/** How one of the two tables is read. Ranges of keys are answered from its index alone. */
interface TableStatements {
  readonly get: StatementSync
  readonly ascending: StatementSync
  readonly descending: StatementSync
  readonly ascendingKeys: StatementSync
  readonly descendingKeys: StatementSync
}

function prepare(database: DatabaseSync, table: string, value: string): TableStatements {
  const range = `FROM ${table} WHERE key >= ? AND key < ? ORDER BY key`
  const prepareKeys = (order: string): StatementSync => {
    const statement = database.prepare(`SELECT key ${range} ${order} LIMIT ?`)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    get: database.prepare(`SELECT ${value}, version FROM ${table} WHERE key = ?`),
    ascending: database.prepare(`SELECT key, ${value}, version ${range} LIMIT ?`),
    descending: database.prepare(`SELECT key, ${value}, version ${range} DESC LIMIT ?`),
    ascendingKeys: prepareKeys(''),
    descendingKeys: prepareKeys('DESC'),
  }
}

const firstMark = markPrefix as Key
/** What is behind all marks, which end in nothing above «~». */
const behindMarks = `${markPrefix}\u007f` as Key

/** A part of a range that is in one table. */
type Part = readonly [table: TableStatements, from: Key, to: Key]

/** The rows of a store as one ordered list, read on the calling thread. They are in two tables: entries, and among their keys those of marks. */
export class SqliteRows {
  readonly #entries: TableStatements
  readonly #marks: TableStatements

  constructor(database: DatabaseSync) {
    this.#entries = prepare(database, 'entry', 'value')
    this.#marks = prepare(database, 'mark', "x'' AS value")
  }

  get(key: Key): Versioned | undefined {
    return (isMark(key) ? this.#marks : this.#entries).get.get(key) as Versioned | undefined
  }

  range(from: Key, to: Key, { limit, reverse = false }: RangeOptions): readonly Entry[] {
    return this.#read<Entry>(from, to, limit, reverse, reverse ? 'descending' : 'ascending')
  }

  keys(from: Key, to: Key, { limit, reverse = false }: RangeOptions): readonly Key[] {
    const rows = this.#read<[Key]>(from, to, limit, reverse, reverse ? 'descendingKeys' : 'ascendingKeys')
    return rows.map(([key]) => key)
  }

  #read<Row>(from: Key, to: Key, limit: number, reverse: boolean, how: keyof TableStatements): Row[] {
    const parts = this.#parts(from, to)
    if (reverse) parts.reverse()
    let rows: Row[] = []
    for (const [table, first, end] of parts) {
      const more = table[how].all(first, end, limit - rows.length) as Row[]
      rows = rows.length === 0 ? more : [...rows, ...more]
      if (rows.length === limit) break
    }
    return rows
  }

  /** Mostly one: a range seldom leaves the rows of one kind. */
  #parts(from: Key, to: Key): Part[] {
    const parts: Part[] = []
    if (from < firstMark) parts.push([this.#entries, from, lower(to, firstMark)])
    if (from < behindMarks && to > firstMark) parts.push([this.#marks, higher(from, firstMark), lower(to, behindMarks)])
    if (to > behindMarks) parts.push([this.#entries, higher(from, behindMarks), to])
    return parts
  }
}

function lower(a: Key, b: Key): Key {
  return a < b ? a : b
}

function higher(a: Key, b: Key): Key {
  return a > b ? a : b
}
