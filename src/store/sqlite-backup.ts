import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** What became of a copy: its size and the newest commit in it, or why there is none that could be relied on. */
export type SqliteCopy =
  | { readonly bytes: number; readonly head: number }
  | { readonly refused: 'no-store' }
  | { readonly refused: 'damaged'; readonly fault: string }

const busyMilliseconds = 10_000
/** Some megabytes: between them the thread pool is free and progress is told. */
const pagesAtATime = 512

/**
 * Copies the store as it is at one moment into a file that is not there yet, for the owner only, and verifies the copy; it is on
 * disk afterwards. Others read and write meanwhile. `tell` hears of pages.
 */
export async function copySqlite(
  path: string,
  copy: string,
  tell: (copied: number, all: number) => void,
): Promise<SqliteCopy> {
  if (!existsSync(path)) return { refused: 'no-store' }
  const source = new DatabaseSync(path, { readOnly: true, timeout: busyMilliseconds })
  try {
    // A copy begins anew whenever another connection has committed, unless this transaction keeps the moment.
    source.exec('BEGIN')
    if (source.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'head'").get() === undefined)
      return { refused: 'no-store' }
    const head = headOf(source)
    closeSync(openSync(copy, 'wx', 0o600))
    const pages = await backup(source, copy, {
      rate: pagesAtATime,
      progress: ({ totalPages, remainingPages }) => tell(totalPages - remainingPages, totalPages),
    })
    // Nobody is told of the last pages while it copies.
    tell(pages, pages)
    const verified = verify(copy, head)
    if (!('refused' in verified)) sync(copy)
    return verified
  } finally {
    source.close()
  }
}

const headOf = (database: DatabaseSync): number => Number(database.prepare('SELECT number FROM head').get()?.['number'])

function verify(copy: string, expected: number): SqliteCopy {
  const place = pathToFileURL(copy)
  // Nobody else has the file: no journal has to be made beside it.
  place.searchParams.set('immutable', '1')
  const database = new DatabaseSync(place, { readOnly: true })
  try {
    const fault = String(database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'])
    if (fault !== 'ok') return { refused: 'damaged', fault }
    const head = headOf(database)
    if (head !== expected) return { refused: 'damaged', fault: `it ends with commit ${head} instead of ${expected}` }
    const bytes = database
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get()
    return { bytes: Number(bytes?.['bytes']), head }
  } finally {
    database.close()
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
