import {
  type CharSet,
  ignoringCase,
  intersection,
  lineTerminator,
  namedSet,
  negated,
  oneOf,
  between,
  shorthands,
  union,
} from './char-set.ts'

/** Where a position must be: at an end of the text or of a line, or at an edge of a word. */
export type Place = 'start' | 'end' | 'last-line-end' | 'line-start' | 'line-end' | 'word-edge' | 'no-word-edge'

export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly node: Node }

/** `unsupported` is what no machine without memory can match: references back, possessive and atomic groups. */
export type PatternFault = 'syntax' | 'unsupported'

interface Flags {
  readonly i: boolean
  readonly s: boolean
  readonly m: boolean
}

class Refusal extends Error {
  readonly fault: PatternFault

  constructor(fault: PatternFault) {
    super(fault)
    this.fault = fault
  }
}

/** Reads a pattern in the syntax of Java's regular expressions (java.util.regex.Pattern). */
export function parsePattern(source: string): { readonly node: Node } | { readonly refused: PatternFault } {
  try {
    return { node: new Parser(source).parse() }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.fault }
    throw error
  }
}

const largestCount = 10_000

/** A cursor over one pattern: recursion as deep as the groups are nested, which the length of the text bounds. */
class Parser {
  readonly #characters: readonly string[]
  #at = 0

  constructor(source: string) {
    this.#characters = Array.from(source)
  }

  parse(): Node {
    const node = this.#choice({ i: false, s: false, m: false })
    if (this.#at < this.#characters.length) throw new Refusal('syntax')
    return node
  }

  get #next(): string | undefined {
    return this.#characters[this.#at]
  }

  #take(): string {
    const character = this.#characters[this.#at]
    if (character === undefined) throw new Refusal('syntax')
    this.#at++
    return character
  }

  /** Takes a text if it comes next. */
  #skip(text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.#characters[this.#at + index] !== text[index]) return false
    }
    this.#at += text.length
    return true
  }

  #choice(flags: Flags): Node {
    const options: Node[] = []
    let current = flags
    do {
      const [node, after] = this.#sequence(current)
      options.push(node)
      current = after
    } while (this.#skip('|'))
    return options.length === 1 ? (options[0] as Node) : { kind: 'choice', options }
  }

  /** Flags such as `(?i)` hold to the end of their group, beyond the next bar. */
  #sequence(given: Flags): readonly [Node, Flags] {
    const parts: Node[] = []
    let flags = given
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') {
      const changed = this.#flagsAlone(flags)
      if (changed) flags = changed
      else if (this.#skip('\\Q')) parts.push(...this.#quoted(flags))
      else parts.push(this.#quantified(this.#atom(flags)))
    }
    return [parts.length === 1 ? (parts[0] as Node) : { kind: 'sequence', parts }, flags]
  }

  #flagsAlone(flags: Flags): Flags | undefined {
    const start = this.#at
    if (!this.#skip('(?')) return undefined
    const changed = this.#flagLetters(flags)
    if (changed && this.#skip(')')) return changed
    this.#at = start
    return undefined
  }

  #flagLetters(flags: Flags): Flags | undefined {
    const changed = { ...flags }
    let on = true
    let any = false
    for (;;) {
      const letter = this.#next
      if (letter === '-' && on) on = false
      else if (letter === 'i' || letter === 's' || letter === 'm') changed[letter] = on
      else if (letter !== undefined && /[udxU]/.test(letter)) throw new Refusal('unsupported')
      else return any ? changed : undefined
      any = true
      this.#at++
    }
  }

  #quoted(flags: Flags): readonly Node[] {
    const nodes: Node[] = []
    while (this.#next !== undefined && !this.#skip('\\E')) nodes.push(literal(this.#take(), flags))
    return nodes
  }

  #quantified(node: Node): Node {
    const counts = this.#quantifier()
    if (!counts) return node
    if (this.#skip('+')) throw new Refusal('unsupported')
    // A lazy quantifier finds another match first, but there is one where there is one.
    this.#skip('?')
    if (this.#next !== undefined && '*+?{'.includes(this.#next)) throw new Refusal('syntax')
    return { kind: 'repeat', node, ...counts }
  }

  #quantifier(): { readonly least: number; readonly most: number } | undefined {
    if (this.#skip('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.#skip('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.#skip('?')) return { least: 0, most: 1 }
    if (!this.#skip('{')) return undefined
    const least = this.#number()
    const most = this.#skip(',') ? (this.#next === '}' ? Number.POSITIVE_INFINITY : this.#number()) : least
    if (!this.#skip('}') || most < least) throw new Refusal('syntax')
    return { least, most }
  }

  #number(): number {
    let digits = ''
    while (this.#next !== undefined && /[0-9]/.test(this.#next) && digits.length < 10) digits += this.#take()
    if (digits === '') throw new Refusal('syntax')
    if (Number(digits) > largestCount) throw new Refusal('unsupported')
    return Number(digits)
  }

  #atom(flags: Flags): Node {
    const character = this.#take()
    switch (character) {
      case '(':
        return this.#group(flags)
      case '[':
        return { kind: 'set', set: this.#withCase(this.#classBody(flags), flags) }
      case '.':
        return { kind: 'set', set: flags.s ? () => true : negated(lineTerminator) }
      case '^':
        return { kind: 'place', place: flags.m ? 'line-start' : 'start' }
      case '$':
        return { kind: 'place', place: flags.m ? 'line-end' : 'last-line-end' }
      case '\\':
        return this.#escaped(flags)
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Refusal('syntax')
      default:
        return literal(character, flags)
    }
  }

  #group(flags: Flags): Node {
    if (!this.#skip('?')) return this.#closed(flags)
    if (this.#skip(':')) return this.#closed(flags)
    if (this.#skip('=')) return { kind: 'look', behind: false, negative: false, node: this.#closed(flags) }
    if (this.#skip('!')) return { kind: 'look', behind: false, negative: true, node: this.#closed(flags) }
    if (this.#skip('<=')) return { kind: 'look', behind: true, negative: false, node: this.#closed(flags) }
    if (this.#skip('<!')) return { kind: 'look', behind: true, negative: true, node: this.#closed(flags) }
    if (this.#skip('>')) throw new Refusal('unsupported')
    if (this.#skip('<')) {
      let name = ''
      while (!this.#skip('>')) name += this.#take()
      if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) throw new Refusal('syntax')
      return this.#closed(flags)
    }
    const changed = this.#flagLetters(flags)
    if (!changed || !this.#skip(':')) throw new Refusal('syntax')
    return this.#closed(changed)
  }

  #closed(flags: Flags): Node {
    const node = this.#choice(flags)
    if (!this.#skip(')')) throw new Refusal('syntax')
    return node
  }

  #escaped(flags: Flags): Node {
    const places: Readonly<Record<string, Place>> = {
      b: 'word-edge',
      B: 'no-word-edge',
      A: 'start',
      z: 'end',
      Z: 'last-line-end',
    }
    const letter = this.#next ?? ''
    if (/[1-9kGRXN]/.test(letter)) throw new Refusal('unsupported')
    if (Object.hasOwn(places, letter)) {
      this.#at++
      return { kind: 'place', place: places[letter] as Place }
    }
    const set = this.#escapedSet()
    return { kind: 'set', set: typeof set === 'number' ? this.#withCase(oneOf(set), flags) : set }
  }

  /** What follows a backslash, inside a class or out: a set, or one character's code point. */
  #escapedSet(): CharSet | number {
    const letter = this.#take()
    const lower = letter.toLowerCase()
    const shorthand = shorthands[lower]
    if (shorthand) return letter === lower ? shorthand : negated(shorthand)
    if (lower === 'p') {
      const set = namedSet(this.#skip('{') ? this.#until('}') : this.#take())
      if (!set) throw new Refusal('unsupported')
      return letter === 'p' ? set : negated(set)
    }
    if (letter === 'x') return this.#skip('{') ? hexadecimal(this.#until('}')) : this.#hexDigits(2)
    if (letter === 'u') return this.#hexDigits(4)
    const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }
    if (Object.hasOwn(controls, letter)) return controls[letter] as number
    if (letter === 'c') return (this.#take().codePointAt(0) as number) ^ 64
    if (letter === '0') return this.#octal()
    if (/[A-Za-z]/.test(letter)) throw new Refusal('syntax')
    return letter.codePointAt(0) as number
  }

  #until(end: string): string {
    let text = ''
    while (!this.#skip(end)) text += this.#take()
    return text
  }

  #hexDigits(count: number): number {
    let text = ''
    for (let index = 0; index < count; index++) text += this.#take()
    return hexadecimal(text)
  }

  #octal(): number {
    const digits = /^(?:[0-3][0-7]{2}|[0-7]{1,2})/.exec(this.#characters.slice(this.#at, this.#at + 3).join(''))?.[0]
    if (digits === undefined) throw new Refusal('syntax')
    this.#at += digits.length
    return Number.parseInt(digits, 8)
  }

  #withCase(set: CharSet, { i }: Flags): CharSet {
    return i ? ignoringCase(set) : set
  }

  /** The rest of a class behind its opening bracket: a union of characters, ranges and classes, and intersections of those. */
  #classBody(flags: Flags): CharSet {
    const negative = this.#skip('^')
    let whole: CharSet | undefined
    let sets: CharSet[] = []
    for (;;) {
      if (this.#skip('&&')) {
        whole = intersected(whole, sets)
        sets = []
      } else if (this.#next === ']' && (sets.length > 0 || whole)) {
        this.#at++
        break
      } else sets.push(this.#classItem(flags))
    }
    const set = intersected(whole, sets)
    return negative ? negated(this.#withCase(set, flags)) : set
  }

  #classItem(flags: Flags): CharSet {
    if (this.#skip('[')) return this.#classBody(flags)
    const first = this.#classCharacter()
    if (typeof first !== 'number') return first
    const [dash, beyond] = [this.#next, this.#characters[this.#at + 1]]
    if (dash !== '-' || beyond === ']' || beyond === '[' || beyond === undefined) return oneOf(first)
    this.#at++
    const last = this.#classCharacter()
    if (typeof last !== 'number' || last < first) throw new Refusal('syntax')
    return between(first, last)
  }

  #classCharacter(): CharSet | number {
    const character = this.#take()
    if (character !== '\\') return character.codePointAt(0) as number
    if (this.#next === 'Q') throw new Refusal('unsupported')
    return this.#escapedSet()
  }
}

function intersected(whole: CharSet | undefined, sets: readonly CharSet[]): CharSet {
  if (sets.length === 0) throw new Refusal('syntax')
  return whole ? intersection(whole, union(sets)) : union(sets)
}

function literal(character: string, { i }: Flags): Node {
  const set = oneOf(character.codePointAt(0) as number)
  return { kind: 'set', set: i ? ignoringCase(set) : set }
}

function hexadecimal(digits: string): number {
  const value = /^[0-9A-Fa-f]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.POSITIVE_INFINITY
  if (value > 0x10ffff) throw new Refusal('syntax')
  return value
}
