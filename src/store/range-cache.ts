import type { ChangeLog } from './change-log.ts'
import { after, type Key } from './key.ts'
import { GenerationCache } from './generation-cache.ts'

/** What is asked of a range: `from <= key < to`, in one of two orders, cut off by a limit. */
export interface RangeRequest {
  readonly from: Key
  readonly to: Key
  readonly limit: number
  readonly reverse: boolean
}

/** The part of the key space that an answer speaks of: all of what was asked, or up to the key where the limit cut it off. */
export type Extent = readonly [from: Key, to: Key]

/** `keys` are the answer, in its order. */
export function extentOf({ from, to, limit, reverse }: RangeRequest, keys: readonly Key[]): Extent {
  const last = keys.length < limit ? undefined : keys.at(-1)
  if (last === undefined) return [from, to]
  return reverse ? [last, to] : [from, after(last)]
}

interface KeptRange {
  readonly keys: readonly Key[]
  readonly extent: Extent
  /** A commit at or before the one that the answer shows. When it was found to hold at a later one, that one. */
  head: number
  /** How many looks had begun when the answer arrived: only one that begins later can tell what changed meanwhile. */
  readonly looks: number
  readonly bytes: number
}

/** Where more was committed since, reading the range again costs less than going through what it was. */
const mostCommits = 64
/** Longer ranges are scans, which would push out what is really used. */
const longest = 256
const entryOverheadBytes = 300
const keyOverheadBytes = 40

/**
 * Which keys were found in ranges that were read. What changes is not looked for here: a kept answer is compared with the log of
 * changes when it is asked for, so that commits cost nothing more for it.
 */
export class RangeCache {
  readonly #kept: GenerationCache<string, KeptRange>

  constructor(maximumBytes: number) {
    this.#kept = new GenerationCache(maximumBytes)
  }

  /** The keys in a range at commit `head`, if they are known; `looked` is the number of the latest look that has ended. */
  get(asked: RangeRequest, head: number, looked: number, log: ChangeLog): readonly Key[] | undefined {
    const name = nameOf(asked)
    const kept = this.#kept.get(name)
    if (kept === undefined || looked <= kept.looks) return undefined
    if (kept.head !== head) {
      if (!unchanged(kept, log)) {
        this.#kept.delete(name)
        return undefined
      }
      kept.head = head
    }
    return kept.keys
  }

  /** Takes the answer to a read that began at commit `head` and arrived when `looks` looks had begun. */
  set(asked: RangeRequest, keys: readonly Key[], head: number, looks: number): void {
    if (keys.length > longest) return
    let bytes = entryOverheadBytes + asked.from.length + asked.to.length
    for (const key of keys) bytes += keyOverheadBytes + key.length
    this.#kept.set(nameOf(asked), { keys, extent: extentOf(asked, keys), head, looks, bytes })
  }

  clear(): void {
    this.#kept.clear()
  }
}

/** Keys have no control character below U+0001. */
function nameOf({ from, to, limit, reverse }: RangeRequest): string {
  return [from, to, reverse ? -limit : limit].join('\u0000')
}

function unchanged({ head, extent: [from, to] }: KeptRange, log: ChangeLog): boolean {
  const changes = log.since(head)
  if (changes === undefined || changes.length > mostCommits) return false
  for (const { keys } of changes) for (const key of keys) if (key >= from && key < to) return false
  return true
}
