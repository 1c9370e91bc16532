import { join } from 'node:path'
import type { Sink } from './audit/log.ts'
import { newSigningKey, signingKey } from './audit/digest.ts'
import { Segments } from './audit/segments.ts'
import type { Clock } from './base/clock.ts'
import type { Config } from './config/schema.ts'
import type { Seal } from './seal/seal.ts'
import { type KeySource, keyfileSeal } from './seal/seals/keyfile.ts'
import type { Backend } from './store/backend.ts'
import { keyOf } from './store/key.ts'
import { openSqlite } from './store/sqlite.ts'
import type { Store } from './store/store.ts'

/** The engine that the configuration names. PostgreSQL's driver is loaded only where it is used. */
export async function openBackend({ store }: Config, onIdleFailure: (failure: Error) => void): Promise<Backend> {
  if (store.kind === 'sqlite') return openSqlite({ path: storePath(store.folder) })
  const { openPostgres } = await import('./store/postgres.ts')
  return openPostgres({ connectionString: store.url, maximumConnections: store.connections, onIdleFailure })
}

export function storePath(folder: string): string {
  return join(folder, 'keyturn.sqlite')
}

/** Where the seal key comes from; a file beside the data unless the configuration says better. */
export function keySource(config: Config): KeySource {
  const { path, environment, credential } = config.seal
  if (environment !== undefined) return { environment }
  if (credential !== undefined) return { credential }
  return { path: path ?? join(dataFolder(config), 'seal.key') }
}

export function openSeal(config: Config): Seal {
  return keyfileSeal(keySource(config))
}

export function auditFolder(config: Config): string {
  return config.audit.folder ?? join(dataFolder(config), 'audit')
}

function dataFolder({ store }: Config): string {
  return store.kind === 'sqlite' ? store.folder : './data'
}

const signingKeyAt = keyOf('audit', 'signing-key')

export interface SegmentPlace {
  readonly clock: Clock
  readonly folder: string
  readonly chain: string
  /** Hears of digests and indexes that could not be written; they are tried again. */
  readonly onFault: (error: unknown) => void
}

/** The segments of one chain, signed with the key that all chains of a store share. */
export async function openSegments(store: Store, { clock, folder, chain, onFault }: SegmentPlace): Promise<Sink> {
  const { pem } = await store.transaction(async (tx) => {
    const kept = await tx.get<{ pem: string }>(signingKeyAt)
    if (kept) return kept
    const made = { pem: newSigningKey() }
    tx.put(signingKeyAt, made)
    return made
  })
  return new Segments({ folder: join(folder, chain), key: signingKey(pem), now: () => clock.now(), onFault })
}
