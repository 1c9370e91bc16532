const maxHeaders = 200

/** Headers that this room itself interprets, where a second one would leave open which of the two counts. */
const singletons = new Set([
  'authorization',
  'date',
  'host',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])

/**
 * The canonical value of a header by its lower-case name: trimmed, inner runs of blanks made one space, repeated headers
 * joined by commas in their order. A closure, so that an object that holds it does not print a session token.
 */
export type HeaderLookup = (name: string) => string | undefined

export interface HeaderIndex {
  readonly header: HeaderLookup
  /** Lower-case names of the `x-amz-*` headers, each of which a signature has to cover. */
  readonly amazon: readonly string[]
  /** What makes the headers ambiguous, so that no signature can cover them. */
  readonly fault: HeaderFault | undefined
}

export type HeaderFault = { kind: 'tooManyHeaders' } | { kind: 'repeatedHeader' | 'malformedHeader'; name: string }

/** Reads node's `rawHeaders` in one pass. */
export function indexHeaders(raw: readonly string[]): HeaderIndex {
  let fault: HeaderFault | undefined = raw.length > maxHeaders * 2 ? { kind: 'tooManyHeaders' } : undefined
  // Looking through a dozen names costs less than a map of them, which would be made for each request anew.
  const names: string[] = []
  const values: string[] = []
  const amazon: string[] = []
  const end = Math.min(raw.length - 1, maxHeaders * 2)
  for (let i = 0; i < end; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const value = raw[i + 1] as string
    // A line break in a value would be a second line in the canonical form.
    if (value.includes('\n') || value.includes('\r')) fault ??= { kind: 'malformedHeader', name }
    const earlier = names.indexOf(name)
    if (earlier === -1) {
      names.push(name)
      values.push(canonicalValue(value))
      if (name.startsWith('x-amz-')) amazon.push(name)
    } else if (singletons.has(name)) {
      fault ??= { kind: 'repeatedHeader', name }
    } else {
      values[earlier] = `${values[earlier]},${canonicalValue(value)}`
    }
  }
  const header: HeaderLookup = (name) => {
    const place = names.indexOf(name)
    return place === -1 ? undefined : values[place]
  }
  return { header, amazon, fault }
}

const blanks = /[ \t]+/g

function canonicalValue(value: string): string {
  const plain =
    !value.includes('  ') &&
    !value.includes('\t') &&
    value.charCodeAt(0) !== 0x20 &&
    value.charCodeAt(value.length - 1) !== 0x20
  if (plain) return value
  const single = value.replace(blanks, ' ')
  return single.slice(single.startsWith(' ') ? 1 : 0, single.endsWith(' ') ? -1 : undefined)
}
