import type { Settings, StoreKind } from '../server/place.ts'
import { scenarios } from './index.ts'
import { encrypt } from './keys.ts'
import type { Scenario, Target } from './scenario.ts'
import { getSecretValue, putSecretValue } from './secrets.ts'

/** One way to run the server, and what is measured on it. */
export interface Variant {
  readonly name: string
  readonly about: string
  readonly store: StoreKind
  readonly settings: Omit<Settings, 'port'>
  readonly scenarios: readonly Scenario[]
  /** Whether stores of every size are measured, or only the smallest. */
  readonly everySize: boolean
}

/** The least size of the cache: the records that each request needs fit into it, those of a thousand secrets do not. */
const hardlyAnyCache = 1024 * 1024

function withTarget(scenario: Scenario, target: Target | undefined): Scenario {
  return { ...scenario, target }
}

function withoutTarget(scenario: Scenario): Scenario {
  return withTarget(scenario, undefined)
}

/** Every variant; the first one is what runs where none is chosen. */
export function variants(workers: number): readonly Variant[] {
  return [
    {
      name: 'sqlite',
      about: 'one process, the settings that a new configuration has',
      store: 'sqlite',
      settings: {},
      scenarios,
      everySize: true,
    },
    {
      name: 'small-cache',
      about: 'a cache that holds no secret long enough (limits.cacheBytes): every read goes to SQLite',
      store: 'sqlite',
      settings: { cacheBytes: hardlyAnyCache },
      scenarios: [withoutTarget(getSecretValue)],
      everySize: true,
    },
    {
      name: 'audit-sync',
      about: 'each batch of audit records is on the disk before its answers leave (audit.sync)',
      store: 'sqlite',
      settings: { auditSync: true },
      scenarios: [withTarget(getSecretValue, { of: 'cpu', least: 0.15, floor: 0.05 })],
      everySize: false,
    },
    {
      name: 'postgres',
      about: 'PostgreSQL on this machine; its own processor time is not counted',
      store: 'postgres',
      settings: {},
      scenarios: [
        withTarget(getSecretValue, { of: 'cpu', least: 0.12, floor: 0.04 }),
        withoutTarget(encrypt),
        withoutTarget(putSecretValue),
      ],
      everySize: false,
    },
    {
      name: 'postgres-uncached',
      about: 'PostgreSQL, and a cache that holds no secret long enough (limits.cacheBytes)',
      store: 'postgres',
      settings: { cacheBytes: hardlyAnyCache },
      scenarios: [withoutTarget(getSecretValue)],
      everySize: false,
    },
    {
      name: 'workers',
      about: `${workers} processes on one port and one SQLite store`,
      store: 'sqlite',
      settings: { workers },
      scenarios: [withoutTarget(getSecretValue), withoutTarget(encrypt), withoutTarget(putSecretValue)],
      everySize: false,
    },
  ]
}
