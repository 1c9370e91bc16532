declare const keyBrand: unique symbol

/**
 * A name in the store: segments joined by U+001F, in printable ASCII, so that every engine orders keys alike (as bytes,
 * as UTF-16 and under the "C" collation). A segment is a prefix of the ones that extend it, and sorts before them.
 */
export type Key = string & { readonly [keyBrand]: true }

const separator = '\u001f'
const plain = /^[\x20-\x24\x26-\x7e]*$/

/**
 * Percent-encodes what is not printable ASCII, and `%` itself; most names pass through untouched. Half a surrogate pair has
 * no bytes in UTF-8: it becomes `%u` and its code, so that no two names ever share a key.
 */
function encodeSegment(segment: string): string {
  if (plain.test(segment)) return segment
  let text = ''
  for (const character of segment) {
    text += plain.test(character) ? character : encodeCharacter(character)
  }
  return text
}

function encodeCharacter(character: string): string {
  if (!character.isWellFormed()) return `%u${character.charCodeAt(0).toString(16).toUpperCase()}`
  let text = ''
  for (const byte of Buffer.from(character, 'utf8')) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return text
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment
  const parts = segment.split(/%u([0-9A-F]{4})/)
  return parts
    .map((part, index) => (index % 2 ? String.fromCharCode(Number.parseInt(part, 16)) : decodeURIComponent(part)))
    .join('')
}

/** What keys of marks begin with: rows that say all by their key, and whose value is empty. An engine may keep them apart. */
export const markPrefix = 'mark/'

export function isMark(key: Key): boolean {
  return key.startsWith(markPrefix)
}

/** The key with these segments. */
export function keyOf(...segments: readonly string[]): Key {
  let text = encodeSegment(segments[0] as string)
  for (let index = 1; index < segments.length; index++) text += separator + encodeSegment(segments[index] as string)
  return text as Key
}

/**
 * As `keyOf` for keys that all begin with `first`. Keys that are asked for one after another mostly differ in their last
 * segment only, so the segments before it are encoded once.
 */
export function keyMaker(first: string): (...segments: readonly string[]) => Key {
  let parents: readonly string[] = []
  const none = encodeSegment(first) as Key
  let head = none + separator
  return (...segments) => {
    const last = segments.length - 1
    if (last < 0) return none
    let same = parents.length === last
    for (let index = 0; same && index < last; index++) same = parents[index] === segments[index]
    if (!same) {
      parents = segments.slice(0, last)
      head = keyOf(first, ...parents) + separator
    }
    return (head + encodeSegment(segments[last] as string)) as Key
  }
}

/** The segments that a key was made of. */
export function segmentsOf(key: Key): readonly string[] {
  return key.split(separator).map(decodeSegment)
}

/** The bounds of all keys that have these segments and at least one more. */
export function childrenOf(...segments: readonly string[]): readonly [from: Key, to: Key] {
  const key = keyOf(...segments)
  return [(key + separator) as Key, (key + '\u0020') as Key]
}

/** The bounds of all children whose next segment begins with a text. */
export function childrenWithPrefix(prefix: string, ...segments: readonly string[]): readonly [from: Key, to: Key] {
  if (prefix === '') return childrenOf(...segments)
  const from = keyOf(...segments, prefix)
  return [from, (from + '\u007f') as Key]
}

/** The next possible key: what a page that ended with `key` goes on from. */
export function after(key: Key): Key {
  return (key + '\u0001') as Key
}
