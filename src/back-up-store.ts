import type { Config } from './config/schema.ts'
import { storePath } from './open-parts.ts'
import { copySqlite, type SqliteCopy } from './store/sqlite-backup.ts'

/** Copies the store of the configuration into a new file; whatever serves it goes on. Databases have tools of their own. */
export async function backUpStore(
  { store }: Config,
  copy: string,
  tell: (copied: number, all: number) => void,
): Promise<SqliteCopy | { readonly refused: 'database' }> {
  if (store.kind !== 'sqlite') return { refused: 'database' }
  return copySqlite(storePath(store.folder), copy, tell)
}
