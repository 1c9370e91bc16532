import { type CharSet, ignoringCase, lineTerminator, negated, oneOf } from './char-set.ts'
import { readClass, readEscape } from './character-class.ts'
import { Cursor, type PatternFault, Refusal } from './cursor.ts'

/** Where a position must be: at an end of the text or of a line, or at an edge of a word. */
export type Place = 'start' | 'end' | 'last-line-end' | 'line-start' | 'line-end' | 'word-edge' | 'no-word-edge'

export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly node: Node }

/** Without regard to case; the dot takes line ends too; `^` and `$` are at every line. */
interface Flags {
  readonly i: boolean
  readonly s: boolean
  readonly m: boolean
}

/** Reads a pattern in the syntax of Java's regular expressions (java.util.regex.Pattern). */
export function parsePattern(source: string): { readonly node: Node } | { readonly refused: PatternFault } {
  const cursor = new Cursor(source)
  try {
    const node = readChoice(cursor, { i: false, s: false, m: false })
    if (cursor.peek() !== undefined) return { refused: 'syntax' }
    return { node }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.fault }
    throw error
  }
}

/** Recursion is as deep as groups are nested, which the length of the text bounds. */
function readChoice(cursor: Cursor, flags: Flags): Node {
  const options: Node[] = []
  let current = flags
  do {
    const [node, after] = readSequence(cursor, current)
    options.push(node)
    current = after
  } while (cursor.skip('|'))
  return options.length === 1 ? (options[0] as Node) : { kind: 'choice', options }
}

/** Flags such as `(?i)` hold to the end of their group, beyond the next bar. */
function readSequence(cursor: Cursor, given: Flags): readonly [Node, Flags] {
  const parts: Node[] = []
  let flags = given
  while (cursor.peek() !== undefined && cursor.peek() !== '|' && cursor.peek() !== ')') {
    const changed = readFlagsAlone(cursor, flags)
    if (changed) flags = changed
    else if (cursor.skip('\\Q')) parts.push(...readQuoted(cursor, flags))
    else parts.push(readQuantified(cursor, readAtom(cursor, flags)))
  }
  return [parts.length === 1 ? (parts[0] as Node) : { kind: 'sequence', parts }, flags]
}

function readFlagsAlone(cursor: Cursor, flags: Flags): Flags | undefined {
  const start = cursor.at
  if (!cursor.skip('(?')) return undefined
  const changed = readFlags(cursor, flags)
  if (changed && cursor.skip(')')) return changed
  cursor.return(start)
  return undefined
}

function readFlags(cursor: Cursor, flags: Flags): Flags | undefined {
  const changed = { ...flags }
  let on = true
  let any = false
  for (;;) {
    const letter = cursor.peek()
    if (letter === '-' && on) on = false
    else if (letter === 'i' || letter === 's' || letter === 'm') changed[letter] = on
    else if (letter !== undefined && /[udxU]/.test(letter)) throw new Refusal('unsupported')
    else return any ? changed : undefined
    any = true
    cursor.take()
  }
}

function readQuoted(cursor: Cursor, flags: Flags): readonly Node[] {
  const nodes: Node[] = []
  while (cursor.peek() !== undefined && !cursor.skip('\\E')) nodes.push(literal(cursor.take(), flags))
  return nodes
}

function readQuantified(cursor: Cursor, node: Node): Node {
  const counts = readQuantifier(cursor)
  if (!counts) return node
  if (cursor.skip('+')) throw new Refusal('unsupported')
  // A lazy quantifier finds another match first, but there is one where there is one.
  cursor.skip('?')
  if ('*+?{'.includes(cursor.peek() ?? ' ')) throw new Refusal('syntax')
  return { kind: 'repeat', node, ...counts }
}

function readQuantifier(cursor: Cursor): { readonly least: number; readonly most: number } | undefined {
  if (cursor.skip('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
  if (cursor.skip('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
  if (cursor.skip('?')) return { least: 0, most: 1 }
  if (!cursor.skip('{')) return undefined
  const least = readCount(cursor)
  const most = cursor.skip(',') ? (cursor.peek() === '}' ? Number.POSITIVE_INFINITY : readCount(cursor)) : least
  if (!cursor.skip('}') || most < least) throw new Refusal('syntax')
  return { least, most }
}

const largestCount = 10_000

function readCount(cursor: Cursor): number {
  let digits = ''
  while (/^[0-9]$/.test(cursor.peek() ?? '') && digits.length < 10) digits += cursor.take()
  if (digits === '') throw new Refusal('syntax')
  if (Number(digits) > largestCount) throw new Refusal('unsupported')
  return Number(digits)
}

function readAtom(cursor: Cursor, flags: Flags): Node {
  const character = cursor.take()
  switch (character) {
    case '(':
      return readGroup(cursor, flags)
    case '[':
      return { kind: 'set', set: readClass(cursor, flags.i) }
    case '.':
      return { kind: 'set', set: flags.s ? () => true : negated(lineTerminator) }
    case '^':
      return { kind: 'place', place: flags.m ? 'line-start' : 'start' }
    case '$':
      return { kind: 'place', place: flags.m ? 'line-end' : 'last-line-end' }
    case '\\':
      return readEscaped(cursor, flags)
    case '*':
    case '+':
    case '?':
    case '{':
      throw new Refusal('syntax')
    default:
      return literal(character, flags)
  }
}

const looks = {
  '=': { behind: false, negative: false },
  '!': { behind: false, negative: true },
  '<=': { behind: true, negative: false },
  '<!': { behind: true, negative: true },
} as const

function readGroup(cursor: Cursor, flags: Flags): Node {
  if (!cursor.skip('?') || cursor.skip(':')) return readClosed(cursor, flags)
  for (const [mark, look] of Object.entries(looks)) {
    if (cursor.skip(mark)) return { kind: 'look', ...look, node: readClosed(cursor, flags) }
  }
  if (cursor.skip('>')) throw new Refusal('unsupported')
  if (cursor.skip('<')) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(cursor.until('>'))) throw new Refusal('syntax')
    return readClosed(cursor, flags)
  }
  const changed = readFlags(cursor, flags)
  if (!changed || !cursor.skip(':')) throw new Refusal('syntax')
  return readClosed(cursor, changed)
}

function readClosed(cursor: Cursor, flags: Flags): Node {
  const node = readChoice(cursor, flags)
  if (!cursor.skip(')')) throw new Refusal('syntax')
  return node
}

const places: Readonly<Record<string, Place>> = {
  b: 'word-edge',
  B: 'no-word-edge',
  A: 'start',
  z: 'end',
  Z: 'last-line-end',
}

function readEscaped(cursor: Cursor, flags: Flags): Node {
  const letter = cursor.peek() ?? ''
  if (/[1-9kGRXN]/.test(letter)) throw new Refusal('unsupported')
  if (Object.hasOwn(places, letter)) return { kind: 'place', place: places[cursor.take()] as Place }
  const set = readEscape(cursor)
  return typeof set === 'number' ? characterNode(set, flags) : { kind: 'set', set }
}

function literal(character: string, flags: Flags): Node {
  return characterNode(character.codePointAt(0) as number, flags)
}

function characterNode(codePoint: number, { i }: Flags): Node {
  const set = oneOf(codePoint)
  return { kind: 'set', set: i ? ignoringCase(set) : set }
}
