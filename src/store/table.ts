import { assert } from '../base/assert.ts'
import type { Key } from './key.ts'
import { after, childrenWithPrefix, keyMaker, segmentsOf } from './key.ts'
import type { Awaitable, Transaction } from './store.ts'

/** What is stored: the version of the record's shape, and the record. */
type Stored = readonly [version: number, record: unknown]

export interface TableDescription {
  /** The first segment of every key of the table, such as `sm/secret`. */
  readonly name: string
  /** The version of the shape that `put` writes, from 1. */
  readonly version: number
  /** Pure functions from each older version to the one after it. */
  readonly upgrades?: Readonly<Record<number, (old: never) => unknown>>
}

export interface RowRange {
  /** Only rows whose first segments are these. */
  readonly under?: readonly string[]
  /** Only rows whose next segment begins so. */
  readonly prefix?: string
  /** Only rows beyond the one with these segments, in the direction of reading: how a next page begins. */
  readonly after?: readonly string[]
  readonly limit: number
  readonly reverse?: boolean
}

export interface Row<R> {
  /** The segments of its key after the table's name. */
  readonly segments: readonly string[]
  readonly record: R
}

/** Records of one kind under `name` and further segments. A record that was read is shared and must not be changed. */
export interface Table<R> {
  key(...segments: readonly string[]): Key
  get(tx: Transaction, ...segments: readonly string[]): Awaitable<R | undefined>
  /** As `get`, of a key that `key` made: whoever keeps it saves making it again. */
  getAt(tx: Transaction, key: Key): Awaitable<R | undefined>
  /** As `isAbsent` of a transaction. */
  isAbsent(tx: Transaction, ...segments: readonly string[]): Awaitable<boolean>
  /** One round trip for many rows; each is a list of segments. */
  getAll(tx: Transaction, rows: readonly (readonly string[])[]): Promise<readonly (R | undefined)[]>
  put(tx: Transaction, record: R, ...segments: readonly string[]): void
  delete(tx: Transaction, ...segments: readonly string[]): void
  range(tx: Transaction, range: RowRange): Promise<readonly Row<R>[]>
}

/** The bytes were written by a newer release of this program, or the record's upgrade is missing. */
export class UnknownRecordVersion extends Error {
  override readonly name = 'UnknownRecordVersion'
}

/** Describes a table; upgrades for every version below the present one must be there. */
export function table<R extends object>(description: TableDescription): Table<R> {
  const { name, version } = description
  for (let older = 1; older < version; older++) {
    assert(description.upgrades?.[older] !== undefined, `table ${name} has no upgrade from version ${older}`)
  }
  const key = keyMaker(name)
  const upgraded = derivation((stored: Stored) => upgrade(description, stored) as R)
  const open = (stored: Stored | undefined): R | undefined => {
    if (stored === undefined) return undefined
    return stored[0] === version ? (stored[1] as R) : upgraded(stored)
  }
  const getAt = (tx: Transaction, at: Key): Awaitable<R | undefined> => {
    const stored = tx.get<Stored>(at)
    return stored instanceof Promise ? stored.then(open) : open(stored)
  }

  return {
    key,
    get: (tx, ...segments) => getAt(tx, key(...segments)),
    getAt,
    isAbsent: (tx, ...segments) => tx.isAbsent(key(...segments)),
    getAll: async (tx, rows) => (await tx.getAll<Stored>(rows.map((segments) => key(...segments)))).map(open),
    put: (tx, record, ...segments) => tx.put(key(...segments), [version, record]),
    delete: (tx, ...segments) => tx.delete(key(...segments)),
    async range(tx, { under = [], prefix = '', after: last, limit, reverse = false }) {
      let [from, to] = childrenWithPrefix(prefix, name, ...under)
      if (last !== undefined) {
        const bound = key(...last)
        if (reverse) to = bound < to ? bound : to
        else from = bound >= from ? after(bound) : from
      }
      const found = from < to ? await tx.range<Stored>(from, to, { limit, reverse }) : []
      return found.map((row) => new StoredRow(row.key, open(row.record) as R))
    },
  }
}

/** Most who read a range look at the records alone. */
class StoredRow<R> implements Row<R> {
  readonly record: R
  readonly #key: Key

  constructor(key: Key, record: R) {
    this.#key = key
    this.record = record
  }

  get segments(): readonly string[] {
    return segmentsOf(this.#key).slice(1)
  }
}

function upgrade({ name, version, upgrades }: TableDescription, [stored, record]: Stored): unknown {
  if (!Number.isInteger(stored) || stored < 1 || stored > version) {
    throw new UnknownRecordVersion(`A record of ${name} has version ${stored}; this release knows up to ${version}.`)
  }
  let current = record
  for (let older = stored; older < version; older++) {
    const step = upgrades?.[older] as (old: unknown) => unknown
    current = step(current)
  }
  return current
}

/**
 * A function that remembers what it made of each object for as long as that object lives: compiled policies and key
 * objects hang on the record they come from and fall with it. `compute` must depend on the object alone.
 */
export function derivation<R extends object, D>(compute: (record: R) => D): (record: R) => D {
  class Derived extends Bearer {
    readonly #value: D

    constructor(record: R, value: D) {
      super(record)
      this.#value = value
    }

    static of(record: R): D {
      return #value in record ? (record as unknown as Derived).#value : new Derived(record, compute(record)).#value
    }
  }
  return (record) => Derived.of(record)
}

/**
 * Gives fields of its subclasses to objects that exist. A private field is found at once, is copied by nobody, and is nothing to the
 * collector, whereas weak maps of as many records as a cache holds took a fifth of its pauses.
 */
class Bearer {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: it is how a class puts its fields on another object
    return object
  }
}
