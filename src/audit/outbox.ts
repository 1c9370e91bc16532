import { uuid } from '../base/ids.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { AuditLog } from './log.ts'
import { deleteDrained, drainedJson, drainedKey, findRows, readDrained, rowJson, slotKey } from './outbox-rows.ts'
import { OutboxSlots, type Place } from './outbox-slots.ts'
import type { AuditRecord } from './record.ts'

const drainAt = 256
const drainAfterMilliseconds = 500
const page = 500
const retryMilliseconds = 1_000
const mostUnmoved = 10_000
const mostFreeSlots = 512

/** The audit log takes no records, and as many as can wait are waiting in the store: no further change is made. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull'
}

/**
 * Records that are committed with the change they tell of. Afterwards they are moved into the log and, once they are on
 * the disk there, drained: their row is no longer needed. A crash in between leaves them here, and `recover` moves them, each
 * once.
 *
 * Writing a row over costs an engine less than adding one and deleting it later. So changes use the rows of slots in turn,
 * and one small row notes for many changes at once which of them are drained (`OutboxSlots`). A slot is used again only when
 * that note is durable.
 */
export class Outbox {
  readonly #store: Store
  readonly #log: AuditLog
  readonly #chain: string
  readonly #onFault: (error: unknown) => void
  /** Changes whose records the log did not take: a full disk may have room again. */
  #unmoved: (readonly AuditRecord[])[] = []
  #unmovedRecords = 0
  readonly #process = uuid()
  readonly #slots = new OutboxSlots()
  /** Of changes that are committed and not in the log, by the id of their first record. */
  readonly #places = new Map<string, Place>()
  /** Of changes that are in the log and not drained. */
  #written: Place[] = []
  #timer: NodeJS.Timeout | undefined
  #draining: Promise<void> = Promise.resolve()
  /** How many drains are under way or wait for the one that is. */
  #drains = 0
  /** The last drain failed: the next one waits for its time. */
  #failed = false
  #closed = false

  /** `chain` names the process's own chain; `onFault` hears of moves that failed and will be tried again. */
  constructor(store: Store, log: AuditLog, chain: string, onFault: (error: unknown) => void) {
    this.#store = store
    this.#log = log
    this.#chain = chain
    this.#onFault = onFault
  }

  /** Adds the records of a change to its transaction, as one row. Throws `OutboxFull` rather than let them pile up without bound. */
  stage(tx: Transaction, records: readonly AuditRecord[]): void {
    if (this.#unmovedRecords > mostUnmoved) throw new OutboxFull('The audit log cannot be written.')
    const [first] = records
    if (!first) return
    const place = this.#slots.take()
    tx.putJson(this.#slotKey(place.slot), rowJson(place.seq, records))
    tx.afterCommit(() => this.#places.set(first.id, place))
    tx.ifUndone(() => this.#slots.undo(place))
  }

  /**
   * Moves the records of a change, the first one first, that a commit has made durable. Resolves when they are in the log, or will be tried again. A record may say more
   * by now than the one that was staged under its id: what the log has is what counts.
   */
  move(records: readonly AuditRecord[]): Promise<void> {
    return this.#append([records])
  }

  /** Notes in the store what is on the disk in the log. */
  drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#drains++
    this.#draining = this.#draining
      .then(() => this.#drainOnce())
      .finally(() => {
        this.#drains--
        this.#drainWhenDue()
      })
    return this.#draining
  }

  /**
   * Moves what an earlier process left behind; to be called before the first `stage`, because what this process is about
   * to move is no leftover. Answers how many changes there were.
   */
  async recover(): Promise<number> {
    const drained = await this.#store.transaction((tx) => readDrained(tx, this.#chain))
    let written: ReadonlySet<string> | undefined
    let moved = 0
    for (;;) {
      const { keys, left } = await this.#store.transaction((tx) => findRows(tx, this.#chain, drained, page))
      if (keys.length === 0) break
      if (left.length > 0) {
        written ??= this.#log.sink.newest()
        const missing = left.flat().filter(({ id }) => !written?.has(id))
        if (missing.length > 0) await this.#log.append(missing)
        await this.#log.sink.sync()
      }
      await this.#store.transaction(async (tx) => {
        for (const key of keys) tx.delete(key)
      })
      moved += left.length
    }
    if (drained.size > 0) await this.#store.transaction((tx) => deleteDrained(tx, this.#chain))
    return moved
  }

  /** Takes out what is drained; what is not in the log stays in the store for the next process. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#log.append([]).catch(this.#onFault)
    await this.drain()
    await this.#shrink(0).catch(this.#onFault)
  }

  async #append(changes: readonly (readonly AuditRecord[])[]): Promise<void> {
    try {
      await this.#log.append(changes.length === 1 ? (changes[0] as readonly AuditRecord[]) : changes.flat())
    } catch (error) {
      if (this.#unmoved.length === 0) this.#onFault(error)
      for (const records of changes) {
        this.#unmoved.push(records)
        this.#unmovedRecords += records.length
      }
      this.#wakeIn(retryMilliseconds)
      return
    }
    for (const [first] of changes) this.#noteWritten(first)
    this.#drainWhenDue()
  }

  #noteWritten(first: AuditRecord | undefined): void {
    const place = first && this.#places.get(first.id)
    if (!place) return
    this.#places.delete(first.id)
    this.#written.push(place)
  }

  /** Each drain costs a commit and a sync: one that is under way looks at its end whether the next is due. */
  #drainWhenDue(): void {
    if (this.#closed || this.#drains > 0) return
    if (this.#written.length >= drainAt && !this.#failed) void this.drain()
    else if (this.#written.length > 0) this.#wakeIn(drainAfterMilliseconds)
  }

  #wakeIn(milliseconds: number): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.drain(), milliseconds).unref()
  }

  async #drainOnce(): Promise<void> {
    if (this.#unmoved.length > 0) {
      const unmoved = this.#unmoved
      this.#unmoved = []
      this.#unmovedRecords = 0
      await this.#append(unmoved)
    }
    try {
      if (this.#written.length > 0) await this.#noteDrained()
      this.#failed = false
    } catch (error) {
      this.#failed = true
      this.#onFault(error)
      this.#wakeIn(retryMilliseconds)
    }
  }

  async #noteDrained(): Promise<void> {
    // A copy: what comes while the disk is waited for is not on it yet.
    const places = [...this.#written]
    await this.#log.sink.sync()
    this.#slots.drain(places)
    await this.#store.transaction((tx) => this.#putDrained(tx))
    this.#written = this.#written.slice(places.length)
    this.#slots.release(places)
    await this.#shrink(mostFreeSlots)
  }

  /** Reads the row too: a commit that comes late, after the engine failed to answer it, then cannot undo a newer one. */
  async #putDrained(tx: Transaction): Promise<void> {
    const key = drainedKey(this.#chain, this.#process)
    await tx.get(key)
    const { drained } = this.#slots
    if (drained.size > 0) tx.putJson(key, drainedJson(drained))
    else tx.delete(key)
  }

  /** Deletes the rows of all free slots but `most`. Those of a failed attempt are not used again, since it may come late. */
  async #shrink(most: number): Promise<void> {
    while (this.#slots.free > most) {
      const retired = this.#slots.retire(Math.min(page, this.#slots.free - most))
      await this.#store.transaction(async (tx) => {
        for (const slot of retired) tx.delete(this.#slotKey(slot))
      })
      this.#slots.forget(retired)
      if (this.#slots.free <= most) await this.#store.transaction((tx) => this.#putDrained(tx))
    }
  }

  #slotKey(slot: number) {
    return slotKey(this.#chain, this.#process, slot)
  }
}
