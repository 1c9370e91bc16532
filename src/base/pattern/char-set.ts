/** A set of code points. */
export type CharSet = (codePoint: number) => boolean

export function oneOf(codePoint: number): CharSet {
  return (other) => other === codePoint
}

export function between(first: number, last: number): CharSet {
  return (codePoint) => codePoint >= first && codePoint <= last
}

export function negated(set: CharSet): CharSet {
  return (codePoint) => !set(codePoint)
}

export function union(sets: readonly CharSet[]): CharSet {
  if (sets.length === 1) return sets[0] as CharSet
  return (codePoint) => sets.some((set) => set(codePoint))
}

export function intersection(a: CharSet, b: CharSet): CharSet {
  return (codePoint) => a(codePoint) && b(codePoint)
}

/** The set without regard to the case of ASCII letters, which is all that `(?i)` alone means in Java. */
export function ignoringCase(set: CharSet): CharSet {
  return (codePoint) => {
    if (set(codePoint)) return true
    const letter = codePoint | 0x20
    return codePoint < 0x80 && letter >= 0x61 && letter <= 0x7a && set(codePoint ^ 0x20)
  }
}

function anyOf(text: string): CharSet {
  const codePoints = new Set(Array.from(text, (character) => character.codePointAt(0)))
  return (codePoint) => codePoints.has(codePoint)
}

export const lineTerminator: CharSet = anyOf('\n\r\u0085\u2028\u2029')
const digit = between(0x30, 0x39)
const lower = between(0x61, 0x7a)
const upper = between(0x41, 0x5a)
const alpha = union([lower, upper])
const punctuation = anyOf('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')
export const wordCharacter: CharSet = union([alpha, digit, oneOf(0x5f)])

/** The letters behind a backslash that stand for a set; those in upper case stand for its complement. */
export const shorthands: Readonly<Record<string, CharSet>> = {
  __proto__: null as never,
  d: digit,
  w: wordCharacter,
  s: anyOf(' \t\n\v\f\r'),
  h: anyOf(' \t\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'),
  v: anyOf('\n\v\f\r\u0085\u2028\u2029'),
}

const posix: Readonly<Record<string, CharSet>> = {
  __proto__: null as never,
  Lower: lower,
  Upper: upper,
  ASCII: between(0, 0x7f),
  Alpha: alpha,
  Digit: digit,
  Alnum: union([alpha, digit]),
  Punct: punctuation,
  Graph: between(0x21, 0x7e),
  Print: between(0x20, 0x7e),
  Blank: anyOf(' \t'),
  Cntrl: union([between(0, 0x1f), oneOf(0x7f)]),
  XDigit: union([digit, between(0x61, 0x66), between(0x41, 0x46)]),
  Space: anyOf(' \t\n\v\f\r'),
}

/** What `\p{NAME}` means: a POSIX class, a general category, a script or a binary property; nothing for other names. */
export function namedSet(name: string): CharSet | undefined {
  const known = posix[name]
  if (known) return known
  if (!/^[A-Za-z_]{1,40}$/.test(name)) return undefined
  const plain = name.replace(/^Is/, '')
  return unicodeSet(plain) ?? unicodeSet(`Script=${plain}`)
}

function unicodeSet(property: string): CharSet | undefined {
  try {
    const single = new RegExp(`^\\p{${property}}$`, 'u')
    return (codePoint) => single.test(String.fromCodePoint(codePoint))
  } catch {
    return undefined
  }
}
