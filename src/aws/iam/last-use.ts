import type { Clock } from '../../base/clock.ts'
import type { Store, Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { Caller } from '../call.ts'
import { accessKeys, principalIds } from './records.ts'

/** The last use of a long-term key, a user or a role that was written down. */
export interface LastUse {
  readonly at: number
  /** The name that credential scopes give the service. */
  readonly service: string
  readonly region: string
}

/** By access key id or unique id, and service. */
const lastUses = table<LastUse>({ name: 'iam/last-use', version: 1 })
/** More than there are services. */
const mostServices = 100

/** The last use for each service. */
export async function findLastUses(tx: Transaction, id: string): Promise<readonly LastUse[]> {
  return (await lastUses.range(tx, { under: [id], limit: mostServices })).map(({ record }) => record)
}

/** The last use of all. */
export async function findLastUse(tx: Transaction, id: string): Promise<LastUse | undefined> {
  const uses = await findLastUses(tx, id)
  return uses.toSorted((a, b) => b.at - a.at)[0]
}

export async function forgetLastUses(tx: Transaction, id: string): Promise<void> {
  for (const { service } of await findLastUses(tx, id)) lastUses.delete(tx, id, service)
}

const writeEvery = 24 * 60 * 60 * 1000
const lookEvery = 60 * 1000
const mostKnown = 10_000
const mostInBatch = 500
const waitMilliseconds = 2000

/**
 * Remembers when keys and roles are used, and writes it down at most once a day for each and a service: a call costs a look-up,
 * and writes are made later, many at once. What was not written when the process ends is lost, as such a date may be.
 */
export class LastUses {
  readonly #store: Store
  readonly #clock: Clock
  /** When each was last noted for each service, as far as this process knows. */
  readonly #noted = new Map<string, number>()
  readonly #waiting = new Map<string, { readonly id: string; readonly use: LastUse }>()
  /** The same by caller and service, for those who come again and again: it falls with the records that the caller is made of. */
  readonly #lately = new WeakMap<Caller, Map<string, number>>()
  #timer: NodeJS.Timeout | undefined

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Call for each request whose signature was verified. */
  note(caller: Caller, service: string, region: string): void {
    const at = this.#clock.now()
    let last = this.#lately.get(caller)
    if (last === undefined) {
      last = new Map()
      this.#lately.set(caller, last)
    }
    const before = last.get(service)
    if (before !== undefined && at - before < lookEvery) return
    last.set(service, at)
    for (const id of usedIds(caller)) this.#noteOne(id, { at, service, region })
    if (this.#waiting.size === 0 || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#flushLater(), waitMilliseconds).unref()
  }

  #noteOne(id: string, use: LastUse): void {
    const key = `${id} ${use.service}`
    const before = this.#noted.get(key)
    if (before !== undefined && use.at - before < writeEvery) return
    if (this.#noted.size >= mostKnown) this.#noted.clear()
    this.#noted.set(key, use.at)
    if (this.#waiting.size < mostKnown) this.#waiting.set(key, { id, use })
  }

  #flushLater(): void {
    this.#timer = undefined
    // A store that is closing or away: the dates wait for the next time.
    this.flush().catch(() => undefined)
  }

  /** Writes what waits; what is gone by then is left out. Fails as the store does, and nothing is lost then. */
  async flush(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, mostInBatch)
      await this.#store.transaction(async (tx) => {
        for (const [, { id, use }] of batch) if (await exists(tx, id)) lastUses.put(tx, use, id, use.service)
      })
      for (const [key, waiting] of batch) if (this.#waiting.get(key) === waiting) this.#waiting.delete(key)
    }
  }
}

/** What a caller's request is a use of: its role, or its user and long-term key. */
function usedIds({ principal, session, accessKeyId }: Caller): readonly string[] {
  const key = session === undefined && accessKeyId.startsWith('AKIA') ? [accessKeyId] : []
  if (principal.type === 'role-session') return [principal.roleId]
  return principal.type === 'user' ? [principal.id, ...key] : key
}

async function exists(tx: Transaction, id: string): Promise<boolean> {
  return (await (id.startsWith('AKIA') ? accessKeys : principalIds).get(tx, id)) !== undefined
}
