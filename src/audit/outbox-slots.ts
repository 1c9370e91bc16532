/** Where the records of a change wait. */
export interface Place {
  readonly slot: number
  /** Counts the changes of this process from 1. */
  readonly seq: number
}

/**
 * The slots of a process, whose rows are written over and over. A slot is free, or taken by one change from when it is staged
 * until its records are drained or its attempt is undone. One whose commit has an unknown outcome stays taken for ever: a row
 * that may have been committed, or may yet be, is not overwritten.
 *
 * A row is live if its number is higher than the one that is drained of its slot, so whatever is left in a free slot is not.
 */
export class OutboxSlots {
  /** The last one is taken next: so few are in use at all, and these few stay in the engine's caches. */
  readonly #free: number[] = []
  /** Of each slot whose row is or may be in the store, the newest change that is on the disk in the log. */
  readonly #drained = new Map<number, number>()
  #slots = 0
  #changes = 0

  get drained(): ReadonlyMap<number, number> {
    return this.#drained
  }

  /** How many slots are free. */
  get free(): number {
    return this.#free.length
  }

  take(): Place {
    return { slot: this.#free.pop() ?? this.#slots++, seq: ++this.#changes }
  }

  /** Gives back the slot of a change that was not committed. */
  undo({ slot }: Place): void {
    this.#free.push(slot)
  }

  /** Notes that the records of changes are on the disk in the log. Their slots stay taken until the note is in the store. */
  drain(places: readonly Place[]): void {
    for (const { slot, seq } of places) this.#drained.set(slot, seq)
  }

  /** Gives back the slots of changes that are noted in the store as drained. */
  release(places: readonly Place[]): void {
    for (const { slot } of places) this.#free.push(slot)
  }

  /** Takes away up to `count` free slots, those that were not used for longest, so that their rows can be deleted. */
  retire(count: number): readonly number[] {
    return this.#free.splice(0, count)
  }

  /** Forgets slots that have no row in the store. */
  forget(slots: readonly number[]): void {
    for (const slot of slots) this.#drained.delete(slot)
  }
}
