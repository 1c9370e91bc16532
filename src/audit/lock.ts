import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Keeps a folder for one writer until the returned function is called or the process ends, however it ends; answers
 * nothing where somebody has it. The lock is SQLite's, on an empty file: Node gives programs no file locks of its own.
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const path = join(folder, 'lock')
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const { errcode } = error as { errcode?: number }
    if (errcode === sqliteBusy) return undefined
    throw error
  }
  return () => database.close()
}

const sqliteBusy = 5
