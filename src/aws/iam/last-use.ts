import type { Clock } from '../../base/clock.ts'
import type { Store, Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { Caller } from '../call.ts'
import { accessKeys, principalIds } from './records.ts'

/** The last use of a long-term key, or of a role, that was written down. */
export interface LastUse {
  readonly at: number
  /** The name that credential scopes give the service. */
  readonly service: string
  readonly region: string
}

/** By access key id, or a role's unique id. */
const lastUses = table<LastUse>({ name: 'iam/last-use', version: 1 })

export function findLastUse(tx: Transaction, id: string): Promise<LastUse | undefined> {
  return lastUses.get(tx, id)
}

export function forgetLastUse(tx: Transaction, id: string): void {
  lastUses.delete(tx, id)
}

const writeEvery = 24 * 60 * 60 * 1000
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
  readonly #waiting = new Map<string, LastUse>()
  #timer: NodeJS.Timeout | undefined

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Call for each request whose signature was verified. */
  note(caller: Caller, service: string, region: string): void {
    const id = usedId(caller)
    if (id === undefined) return
    const at = this.#clock.now()
    const key = `${id} ${service}`
    const before = this.#noted.get(key)
    if (before !== undefined && at - before < writeEvery) return
    if (this.#noted.size >= mostKnown) this.#noted.clear()
    this.#noted.set(key, at)
    if (this.#waiting.size < mostKnown) this.#waiting.set(id, { at, service, region })
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#flushLater(), waitMilliseconds).unref()
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
        for (const [id, use] of batch) if (await exists(tx, id)) lastUses.put(tx, use, id)
      })
      for (const [id, use] of batch) if (this.#waiting.get(id) === use) this.#waiting.delete(id)
    }
  }
}

/** What a caller's request is a use of: its role, or its own long-term key. */
function usedId({ principal, session, accessKeyId }: Caller): string | undefined {
  if (principal.type === 'role-session') return principal.roleId
  return session === undefined && accessKeyId.startsWith('AKIA') ? accessKeyId : undefined
}

async function exists(tx: Transaction, id: string): Promise<boolean> {
  return (await (id.startsWith('AKIA') ? accessKeys : principalIds).get(tx, id)) !== undefined
}
