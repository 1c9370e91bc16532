import { assert } from '../base/assert.ts'
import { type Key, keyOf } from '../store/key.ts'
import type { Transaction } from '../store/store.ts'

/** Something that must happen at a moment. `kind` says who does it, `id` to what; both together are unique at one moment. */
export interface Due {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: string
  readonly id: string
}

/** As stored: who is at it until when (by the machine's clock), how often it failed, and when it is tried again. */
export interface DueRecord extends Due {
  readonly claim?: { readonly by: string; readonly until: number }
  readonly attempts?: number
  readonly retryAt?: number
}

const width = 16

/** The bounds of what is due of a kind from one moment up to and including another, in the order of moments. */
export function dueBetween(kind: string, from: number, until: number): readonly [from: Key, to: Key] {
  return [keyOf('due', kind, timeText(from)), keyOf('due', kind, timeText(until + 1))]
}

/** Kinds are apart, so that a backlog of one is nothing to those who look for another. */
export function dueKey({ at, kind, id }: Due): Key {
  return keyOf('due', kind, timeText(at), id)
}

function timeText(moment: number): string {
  assert(Number.isSafeInteger(moment) && moment >= 0, 'a due moment is a whole number of milliseconds')
  return String(moment).padStart(width, '0')
}

/** Plans work with the change that makes it necessary: both are committed or neither. */
export function plan(tx: Transaction, due: Due): void {
  tx.put(dueKey(due), { at: due.at, kind: due.kind, id: due.id } satisfies DueRecord)
}

/** Takes planned work back; `due` must be what was planned. A job that is in hand loses its claim. */
export function cancel(tx: Transaction, due: Due): void {
  tx.delete(dueKey(due))
}
