import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/postgres.ts'
import { host } from '../aws/signed-call.ts'

export type StoreKind = 'sqlite' | 'postgres'

/** Where a store lives while it is measured: a folder, temporary unless it is to be kept, and a database where it is in PostgreSQL. */
export interface Place {
  readonly kind: StoreKind
  readonly folder: string
  /** Writes a configuration for a server on this store; answers the file. */
  configure(settings: Settings): string
  /** Ends it; nothing of it is left unless it is to be kept. */
  remove(): Promise<void>
}

export interface Settings {
  readonly port: number
  readonly workers?: number
  readonly auditSync?: boolean
  readonly cacheBytes?: number
}

export async function makePlace(kind: StoreKind, kept?: string): Promise<Place> {
  const postgres = kind === 'postgres' ? await startPostgres() : undefined
  if (kept !== undefined) mkdirSync(kept, { recursive: true })
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'keyturn-bench-'))
  const store = postgres
    ? `kind = "postgres"\nurl = "${postgres.connectionString}"`
    : `kind = "sqlite"\nfolder = "${join(folder, 'data')}"`
  return {
    kind,
    folder,
    configure(settings) {
      const file = join(folder, 'keyturn.toml')
      writeFileSync(file, configuration(folder, store, settings))
      return file
    },
    async remove() {
      await postgres?.stop()
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The quotas are out of the way: a bench writes more versions in a minute than a person in a year. */
function configuration(folder: string, store: string, settings: Settings): string {
  const { port, workers = 1, auditSync = false, cacheBytes } = settings
  return `workers = ${workers}
[listen]
port = ${port}
[store]
${store}
[seal]
kind = "keyfile"
path = "${join(folder, 'seal.key')}"
[audit]
folder = "${join(folder, 'audit')}"
sync = ${auditSync}
[limits]
${cacheBytes === undefined ? '' : `cacheBytes = ${cacheBytes}`}
[quotas]
secretsPerRegion = 100000000
secretVersions = 100000000
`
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
