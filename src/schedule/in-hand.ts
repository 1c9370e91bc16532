import type { Key } from '../store/key.ts'
import { type Due, type DueRecord, dueKey } from './due.ts'

export interface KindOptions {
  /** How many jobs of the kind this process does at once: what waits for the outside must not keep the others waiting. */
  readonly atOnce?: number
  /**
   * For how long room is gathered, while more jobs wait than there is room for: they are then claimed together, with one
   * commit.
   */
  readonly gatherMilliseconds?: number
  /** To whom the jobs are left where many are due at once. */
  readonly overflow?: Overflow | undefined
}

export interface Overflow {
  /** Many are as many as this. */
  readonly from: number
  /** Whether somebody else does the work now, so that this process leaves it alone. Asked at each look that finds many. */
  takes(): boolean
}

const commonAtOnce = 8
/** The pool of all kinds without a bound of their own. */
const common = ''

interface Entry {
  readonly pool: string
  readonly run: Promise<void>
}

/** What a process has in hand, and whether there is room for more. Kinds with a bound of their own leave the common one alone. */
export class InHand {
  readonly #kinds: ReadonlyMap<string, KindOptions>
  readonly #entries = new Map<Key, Entry>()
  readonly #counts = new Map<string, number>()
  /** Until when room is gathered, by the process's own time. */
  readonly #closed = new Map<string, number>()

  constructor(kinds: ReadonlyMap<string, KindOptions>) {
    this.#kinds = kinds
  }

  get size(): number {
    return this.#entries.size
  }

  has(due: Due): boolean {
    return this.#entries.has(dueKey(due))
  }

  add(due: Due, run: Promise<void>, ended: () => void): void {
    const key = dueKey(due)
    const pool = this.#poolOf(due.kind)
    this.#count(pool, 1)
    const entry = run.then(() => {
      this.#entries.delete(key)
      this.#count(pool, -1)
      ended()
    })
    this.#entries.set(key, { pool, run: entry })
  }

  /** Whether nothing of a kind can be taken now. */
  isFull(kind: string): boolean {
    const pool = this.#poolOf(kind)
    return this.#room(pool) <= 0 || this.#opensAt(pool) > performance.now()
  }

  /** Those of a queue for which there is room, in its order. */
  choose(queue: readonly DueRecord[]): { readonly taken: readonly DueRecord[]; readonly left: readonly DueRecord[] } {
    const room = new Map<string, number>()
    const taken: DueRecord[] = []
    const left: DueRecord[] = []
    for (const due of queue) {
      const pool = this.#poolOf(due.kind)
      const free = room.get(pool) ?? (this.isFull(due.kind) ? 0 : this.#room(pool))
      room.set(pool, Math.max(0, free - 1))
      if (free > 0) taken.push(due)
      else left.push(due)
    }
    for (const kind of new Set(left.map((due) => due.kind))) this.#gather(kind, taken)
    return { taken, left }
  }

  /** Milliseconds until room that is being gathered for something in a queue may be taken. */
  opensIn(queue: readonly DueRecord[]): number {
    let earliest = Number.POSITIVE_INFINITY
    const now = performance.now()
    for (const { kind } of queue) {
      const pool = this.#poolOf(kind)
      if (this.#opensAt(pool) > now) earliest = Math.min(earliest, this.#opensAt(pool) - now)
    }
    return earliest
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ run }) => run))
  }

  #gather(kind: string, taken: readonly DueRecord[]): void {
    const { gatherMilliseconds = 0 } = this.#kinds.get(kind) ?? {}
    if (gatherMilliseconds === 0 || !taken.some((due) => due.kind === kind)) return
    this.#closed.set(this.#poolOf(kind), performance.now() + gatherMilliseconds)
  }

  #room(pool: string): number {
    const atOnce = pool === common ? commonAtOnce : (this.#kinds.get(pool)?.atOnce ?? commonAtOnce)
    return atOnce - (this.#counts.get(pool) ?? 0)
  }

  #opensAt(pool: string): number {
    return this.#closed.get(pool) ?? 0
  }

  #count(pool: string, change: number): void {
    this.#counts.set(pool, (this.#counts.get(pool) ?? 0) + change)
  }

  #poolOf(kind: string): string {
    return this.#kinds.get(kind)?.atOnce === undefined ? common : kind
  }
}
