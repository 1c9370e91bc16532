import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import { accessKeys } from './records.ts'

/** The last use of a long-term key that was written down. */
export interface AccessKeyUse {
  readonly at: number
  readonly service: string
  readonly region: string
}

/** By access key id. */
export const accessKeyUses = table<AccessKeyUse>({ name: 'iam/access-key-use', version: 1 })

const writeEvery = 24 * 60 * 60 * 1000
const mostKnown = 10_000
const mostInBatch = 500

/**
 * Remembers when keys are used, and writes it down at most once a day for a key and a service: a call costs a look-up, and
 * writes are made later, many at once. What was not written when the process ends is lost, which the answer may be.
 */
export class KeyUse {
  readonly #store: Store
  readonly #clock: Clock
  /** When each key was last written for each service, as far as this process knows. */
  #written = new Map<string, number>()
  #waiting = new Map<string, AccessKeyUse>()

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Call for each request signed with a long-term key. Answers whether something is waiting that was not before. */
  note(accessKeyId: string, service: string, region: string): boolean {
    const at = this.#clock.now()
    const key = `${accessKeyId} ${service}`
    const before = this.#written.get(key)
    if (before !== undefined && at - before < writeEvery) return false
    if (this.#written.size >= mostKnown) this.#written.clear()
    this.#written.set(key, at)
    if (this.#waiting.size < mostKnown) this.#waiting.set(accessKeyId, { at, service, region })
    return true
  }

  /** Writes what waits; keys that are gone by then are left out. Fails as the store does, and nothing is lost then. */
  async flush(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, mostInBatch)
      await this.#store.transaction(async (tx) => {
        const keys = await accessKeys.getAll(
          tx,
          batch.map(([id]) => [id]),
        )
        batch.forEach(([id, use], index) => {
          if (keys[index]) accessKeyUses.put(tx, use, id)
        })
      })
      for (const [id, use] of batch) if (this.#waiting.get(id) === use) this.#waiting.delete(id)
    }
  }
}
