import type { CharSet } from './char-set.ts'
import type { Node, Place } from './parse.ts'

/** One step of the machine. Every step but a jump, a fork and the end goes on to the one behind it. */
export type Step =
  | { readonly op: 'take'; readonly set: CharSet; readonly ascii: Uint8Array }
  | { readonly op: 'place'; readonly place: Place }
  | { readonly op: 'look'; readonly index: number; readonly negative: boolean }
  | { readonly op: 'fork'; to: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' }

/** A program, and those of the texts that it looks for around a position, the inner ones first. */
export interface Program {
  readonly steps: readonly Step[]
  readonly looks: readonly Look[]
}

/** Looking ahead is one reading of the text from its end, so its program is written backwards. */
export interface Look {
  readonly behind: boolean
  readonly steps: readonly Step[]
}

const mostSteps = 10_000

/** Writes the machine of a pattern; nothing where it would be too large. */
export function programOf(node: Node): Program | undefined {
  const looks: Look[] = []
  const writer = new Writer(looks)
  const steps = writer.write(node, false)
  return steps && { steps, looks }
}

class TooLarge extends Error {}

/** Counts what it writes over all parts of one pattern. */
class Writer {
  readonly #looks: Look[]
  readonly #known = new Map<Node, number>()
  #written = 0

  constructor(looks: Look[]) {
    this.#looks = looks
  }

  write(node: Node, backwards: boolean): readonly Step[] | undefined {
    try {
      return this.#whole(node, backwards)
    } catch (error) {
      if (error instanceof TooLarge) return undefined
      throw error
    }
  }

  #whole(node: Node, backwards: boolean): readonly Step[] {
    const steps: Step[] = []
    this.#emit(node, steps, backwards)
    steps.push({ op: 'match' })
    return steps
  }

  #emit(node: Node, steps: Step[], backwards: boolean): void {
    if (++this.#written > mostSteps) throw new TooLarge()
    switch (node.kind) {
      case 'set':
        steps.push({ op: 'take', set: node.set, ascii: asciiOf(node) })
        return
      case 'place':
        steps.push({ op: 'place', place: node.place })
        return
      case 'look':
        steps.push({ op: 'look', index: this.#look(node), negative: node.negative })
        return
      case 'sequence':
        for (const part of backwards ? node.parts.toReversed() : node.parts) this.#emit(part, steps, backwards)
        return
      case 'choice':
        this.#choice(node.options, steps, backwards)
        return
      default:
        this.#repeat(node, steps, backwards)
    }
  }

  /** A part that is repeated is looked for once. */
  #look(node: Node & { readonly kind: 'look' }): number {
    const known = this.#known.get(node)
    if (known !== undefined) return known
    const steps = this.#whole(node.node, !node.behind)
    const index = this.#looks.push({ behind: node.behind, steps }) - 1
    this.#known.set(node, index)
    return index
  }

  #choice(options: readonly Node[], steps: Step[], backwards: boolean): void {
    const ends: { to: number }[] = []
    for (const [index, option] of options.entries()) {
      const last = index === options.length - 1
      const fork = { op: 'fork' as const, to: 0 }
      if (!last) steps.push(fork)
      this.#emit(option, steps, backwards)
      if (last) break
      const end = { op: 'jump' as const, to: 0 }
      steps.push(end)
      ends.push(end)
      fork.to = steps.length
    }
    for (const end of ends) end.to = steps.length
  }

  #repeat({ node, least, most }: Node & { readonly kind: 'repeat' }, steps: Step[], backwards: boolean): void {
    for (let count = 0; count < least; count++) this.#emit(node, steps, backwards)
    if (most === Number.POSITIVE_INFINITY) {
      const fork = { op: 'fork' as const, to: 0 }
      const start = steps.push(fork) - 1
      this.#emit(node, steps, backwards)
      steps.push({ op: 'jump', to: start })
      fork.to = steps.length
      return
    }
    const forks: { to: number }[] = []
    for (let count = least; count < most; count++) {
      const fork = { op: 'fork' as const, to: 0 }
      steps.push(fork)
      forks.push(fork)
      this.#emit(node, steps, backwards)
    }
    for (const fork of forks) fork.to = steps.length
  }
}

const tables = new WeakMap<CharSet, Uint8Array>()

/** Which of the first 128 code points are in a set, so that plain texts need no call. */
function asciiOf({ set }: { readonly set: CharSet }): Uint8Array {
  const known = tables.get(set)
  if (known) return known
  const table = Uint8Array.from({ length: 128 }, (_, codePoint) => Number(set(codePoint)))
  tables.set(set, table)
  return table
}
