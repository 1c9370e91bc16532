import type { Key } from './key.ts'

const defaultKept = 16_384

/**
 * What the latest commits wrote (besides marks), so that a check is mostly decided without asking the engine. Whoever commits says the
 * number `since` which every version it checks was true at some time.
 *
 * Where every commit after number C is known here, and `since` is C or later, the answer is exact:
 * - A key written after C has the version of its last write, 0 where that deleted it: the versions are compared.
 * - Any other key has had one version ever since C, so also from `since` until now. The one checked was true at some time
 *   in there: it is that version.
 *
 * A key that is here is compared exactly whatever `since` says; only where a key is not here and `since` is older than C,
 * or not given, the engine has to be asked. Numbers are those of the whole store: commits that another process made leave
 * a gap, and then everything here is forgotten (`restart`). Two generations bound it: C moves up when the older one goes.
 */
export class LatestWrites {
  readonly #kept: number
  #young = new Map<Key, number>()
  #old = new Map<Key, number>()
  /** Every commit after this number is in one of the two. */
  #complete: number
  /** Every commit after this number is in the young one. */
  #youngFrom: number
  #head: number

  /** Begins after commit `head`; keeps between `kept` and twice as many keys, and one commit's more. */
  constructor(head: number, kept = defaultKept) {
    this.#head = head
    this.#complete = head
    this.#youngFrom = head
    this.#kept = kept
  }

  /** The newest commit that is known here. */
  get head(): number {
    return this.#head
  }

  /** Forgets everything: what was written up to commit `head` is not known. */
  restart(head: number): void {
    this.#young = new Map()
    this.#old = new Map()
    this.#head = head
    this.#complete = head
    this.#youngFrom = head
  }

  /** Takes the commit after `head`: for each key the version that it has now, 0 where it was deleted. */
  append(writes: Iterable<readonly [key: Key, version: number]>): void {
    this.#head++
    for (const [key, version] of writes) this.#young.set(key, version)
    if (this.#young.size < this.#kept) return
    this.#old = this.#young
    this.#young = new Map()
    this.#complete = this.#youngFrom
    this.#youngFrom = this.#head
  }

  /** Whether a key has a version that it had at commit `since` or later; nothing where that is not known here. */
  has(key: Key, version: number, since: number | undefined): boolean | undefined {
    const written = this.#young.get(key) ?? this.#old.get(key)
    if (written !== undefined) return written === version
    return since !== undefined && since >= this.#complete ? true : undefined
  }
}
