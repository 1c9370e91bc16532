import {
  between,
  type CharSet,
  ignoringCase,
  intersection,
  namedSet,
  negated,
  oneOf,
  shorthands,
  union,
} from './char-set.ts'
import { type Cursor, Refusal } from './cursor.ts'

/** What follows a backslash, inside a class or out: a set, or one character's code point. */
export function readEscape(cursor: Cursor): CharSet | number {
  const letter = cursor.take()
  const lower = letter.toLowerCase()
  const shorthand = shorthands[lower]
  if (shorthand) return letter === lower ? shorthand : negated(shorthand)
  if (lower === 'p') {
    const set = namedSet(cursor.skip('{') ? cursor.until('}') : cursor.take())
    if (!set) throw new Refusal('unsupported')
    return letter === 'p' ? set : negated(set)
  }
  if (letter === 'x') return cursor.skip('{') ? hexadecimal(cursor.until('}')) : hexDigits(cursor, 2)
  if (letter === 'u') return hexDigits(cursor, 4)
  if (Object.hasOwn(controls, letter)) return controls[letter] as number
  if (letter === 'c') return (cursor.take().codePointAt(0) as number) ^ 64
  if (letter === '0') return octal(cursor)
  if (/[A-Za-z]/.test(letter)) throw new Refusal('syntax')
  return letter.codePointAt(0) as number
}

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }

function hexDigits(cursor: Cursor, count: number): number {
  let text = ''
  for (let index = 0; index < count; index++) text += cursor.take()
  return hexadecimal(text)
}

function hexadecimal(digits: string): number {
  const value = /^[0-9A-Fa-f]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.POSITIVE_INFINITY
  if (value > 0x10ffff) throw new Refusal('syntax')
  return value
}

function octal(cursor: Cursor): number {
  const ahead = [0, 1, 2].map((beyond) => cursor.peek(beyond) ?? '').join('')
  const digits = /^(?:[0-3][0-7]{2}|[0-7]{1,2})/.exec(ahead)?.[0]
  if (digits === undefined) throw new Refusal('syntax')
  cursor.skip(digits)
  return Number.parseInt(digits, 8)
}

/**
 * The rest of a class behind its opening bracket: a union of characters, ranges and classes, and intersections of those.
 * It is as if written without regard to case where that is asked for.
 */
export function readClass(cursor: Cursor, anyCase: boolean): CharSet {
  const negative = cursor.skip('^')
  let whole: CharSet | undefined
  let sets: CharSet[] = []
  for (;;) {
    if (cursor.skip('&&')) {
      whole = intersected(whole, sets)
      sets = []
    } else if ((sets.length > 0 || whole) && cursor.skip(']')) break
    else sets.push(readItem(cursor, anyCase))
  }
  const plain = intersected(whole, sets)
  const set = anyCase ? ignoringCase(plain) : plain
  return negative ? negated(set) : set
}

function intersected(whole: CharSet | undefined, sets: readonly CharSet[]): CharSet {
  if (sets.length === 0) throw new Refusal('syntax')
  return whole ? intersection(whole, union(sets)) : union(sets)
}

function readItem(cursor: Cursor, anyCase: boolean): CharSet {
  if (cursor.skip('[')) return readClass(cursor, anyCase)
  const first = readCharacter(cursor)
  if (typeof first !== 'number') return first
  const beyond = cursor.peek(1)
  if (cursor.peek() !== '-' || beyond === ']' || beyond === '[' || beyond === undefined) return oneOf(first)
  cursor.take()
  const last = readCharacter(cursor)
  if (typeof last !== 'number' || last < first) throw new Refusal('syntax')
  return between(first, last)
}

function readCharacter(cursor: Cursor): CharSet | number {
  const character = cursor.take()
  if (character !== '\\') return character.codePointAt(0) as number
  if (cursor.peek() === 'Q') throw new Refusal('unsupported')
  return readEscape(cursor)
}
