import { type CharSet, lineTerminator, wordCharacter } from './char-set.ts'
import type { PatternFault } from './cursor.ts'
import { parsePattern, type Place } from './parse.ts'
import { type Program, programOf, type Step } from './program.ts'

/**
 * A regular expression of somebody else's, matched in time that grows with the length of the pattern times that of the text:
 * all ways through the pattern are followed side by side (Thompson, «Regular expression search algorithm», 1968), so that
 * none is ever tried again. Looking around costs one more reading of the text each.
 */
export interface LinearPattern {
  /** Whether the whole text matches; `too-costly` where it would take more than a bounded number of steps. */
  matches(text: string): boolean | 'too-costly'
}

/** A few hundredths of a second. */
const mostVisits = 3_000_000

/** Reads a pattern in Java's syntax; see `PatternFault` for what is refused. */
export function compileLinearPattern(
  source: string,
): { readonly pattern: LinearPattern } | { readonly refused: PatternFault | 'too-large' } {
  const parsed = parsePattern(source)
  if ('refused' in parsed) return parsed
  const program = programOf(parsed.node)
  if (!program) return { refused: 'too-large' }
  return { pattern: { matches: (text) => matchWhole(program, text) } }
}

/** What all readings of one text share: the steps that are left, and which sets were found to have which characters. */
interface Budget {
  left: number
  readonly asked: Map<CharSet, Map<number, boolean>>
}

function matchWhole({ steps, looks }: Program, text: string): boolean | 'too-costly' {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) as number)
  const budget: Budget = { left: mostVisits, asked: new Map() }
  const found: Uint8Array[] = []
  for (const look of looks) {
    const hits = new Uint8Array(codePoints.length + 1)
    const machine = new Machine(look.steps, codePoints, found, budget)
    if (!machine.run(look.behind ? 1 : -1, true, hits)) return 'too-costly'
    found.push(hits)
  }
  const ends = new Uint8Array(codePoints.length + 1)
  if (!new Machine(steps, codePoints, found, budget).run(1, false, ends)) return 'too-costly'
  return ends[codePoints.length] === 1
}

/** One reading of one text. */
class Machine {
  readonly #steps: readonly Step[]
  readonly #text: readonly number[]
  readonly #found: readonly Uint8Array[]
  readonly #budget: Budget
  /** The step at which a position was last reached, so that no step is followed twice at one position. */
  readonly #seen: Int32Array
  readonly #stack: number[] = []

  constructor(steps: readonly Step[], text: readonly number[], found: readonly Uint8Array[], budget: Budget) {
    this.#steps = steps
    this.#text = text
    this.#found = found
    this.#budget = budget
    this.#seen = new Int32Array(steps.length).fill(-1)
  }

  /** Marks every position at which a match ends, begun at the first one or anywhere. False where it takes too long. */
  run(direction: 1 | -1, anywhere: boolean, hits: Uint8Array): boolean {
    const { length } = this.#text
    let active: number[] = []
    let position = direction === 1 ? 0 : length
    for (let moved = 0; moved <= length; moved++, position += direction) {
      const takes: number[] = []
      for (const step of active) this.#follow(step, position, takes, hits)
      if (moved === 0 || anywhere) this.#follow(0, position, takes, hits)
      if (this.#budget.left < 0) return false
      if (takes.length === 0 && !anywhere) return true
      const codePoint = this.#text[direction === 1 ? position : position - 1]
      active = codePoint === undefined ? [] : this.#advance(takes, codePoint)
    }
    return true
  }

  #advance(takes: readonly number[], codePoint: number): number[] {
    const active: number[] = []
    for (const at of takes) {
      const step = this.#steps[at] as Step & { readonly op: 'take' }
      if (codePoint < 128 ? step.ascii[codePoint] === 1 : this.#has(step.set, codePoint)) active.push(at + 1)
    }
    return active
  }

  /** Sets of hundreds of properties are asked once for each character that the text has. */
  #has(set: CharSet, codePoint: number): boolean {
    let known = this.#budget.asked.get(set)
    if (!known) {
      known = new Map()
      this.#budget.asked.set(set, known)
    }
    let has = known.get(codePoint)
    if (has === undefined) {
      has = set(codePoint)
      known.set(codePoint, has)
    }
    return has
  }

  /** Follows all that costs no character, and gathers the steps that take one. */
  #follow(from: number, position: number, takes: number[], hits: Uint8Array): void {
    const stack = this.#stack
    stack.push(from)
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#seen[at] === position) continue
      this.#seen[at] = position
      this.#budget.left--
      const step = this.#steps[at] as Step
      switch (step.op) {
        case 'take':
          takes.push(at)
          break
        case 'match':
          hits[position] = 1
          break
        case 'jump':
          stack.push(step.to)
          break
        case 'fork':
          stack.push(step.to, at + 1)
          break
        case 'look':
          if ((this.#found[step.index]?.[position] === 1) !== step.negative) stack.push(at + 1)
          break
        default:
          if (isAt(step.place, this.#text, position)) stack.push(at + 1)
      }
    }
  }
}

function isAt(place: Place, text: readonly number[], position: number): boolean {
  switch (place) {
    case 'start':
      return position === 0
    case 'end':
      return position === text.length
    case 'last-line-end':
      return (
        position === text.length || (endsLine(text, position) && position + lineEnd(text, position) === text.length)
      )
    case 'line-start':
      return position === 0 || (startsLine(text, position) && position < text.length)
    case 'line-end':
      return position === text.length || endsLine(text, position)
    case 'word-edge':
      return isWord(text, position - 1) !== isWord(text, position)
    default:
      return isWord(text, position - 1) === isWord(text, position)
  }
}

function isWord(text: readonly number[], position: number): boolean {
  const codePoint = text[position]
  return codePoint !== undefined && wordCharacter(codePoint)
}

const [carriageReturn, lineFeed] = [0x0d, 0x0a]

/** The length of the line terminator at a position: a carriage return and the line feed behind it are one. */
function lineEnd(text: readonly number[], position: number): number {
  return text[position] === carriageReturn && text[position + 1] === lineFeed ? 2 : 1
}

function endsLine(text: readonly number[], position: number): boolean {
  const codePoint = text[position]
  if (codePoint === undefined || !lineTerminator(codePoint)) return false
  return !(codePoint === lineFeed && text[position - 1] === carriageReturn)
}

function startsLine(text: readonly number[], position: number): boolean {
  const before = text[position - 1]
  if (before === undefined || !lineTerminator(before)) return false
  return !(before === carriageReturn && text[position] === lineFeed)
}
