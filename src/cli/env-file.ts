/** A variable of a file of lines such as `NAME=value`. */
export interface EnvEntry {
  readonly name: string
  readonly value: string
}

/** Where a file cannot be understood, and why. */
export interface FileFault {
  readonly line: number
  readonly why: string
}

const assignment = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y
const blank = /[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y
const single = /'([^']*)'/y
const double = /"((?:[^"\\]|\\[^])*)"/y
const plain = /[^\n]*/y

/**
 * Reads what shells and dotenv files share: one variable a line, perhaps after `export`; values bare, in single quotes as they
 * stand, or in double quotes with `\n`, `\r`, `\t` and a backslash before what it protects. Quoted values may span lines. A `#` begins
 * a comment, in a bare value behind a blank. Nothing is expanded.
 */
export function parseEnvFile(source: string): readonly EnvEntry[] | { readonly fault: FileFault } {
  const entries: EnvEntry[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (!found) return undefined
    at = pattern.lastIndex
    return found
  }
  const fault = (why: string) => ({ fault: { line: source.slice(0, at).split('\n').length, why } })
  while (at < source.length) {
    if (match(blank)) continue
    const name = match(assignment)?.[1]
    if (name === undefined) return fault('a line is NAME=value, a comment or empty')
    const quote = source[at]
    if (quote === "'" || quote === '"') {
      const value = match(quote === "'" ? single : double)?.[1]
      if (value === undefined) return fault(`the quoted value of ${name} does not end`)
      if (!match(blank)) return fault(`something stands behind the quoted value of ${name}`)
      entries.push({ name, value: quote === "'" ? value : unescape(value) })
    } else entries.push({ name, value: bare(match(plain)?.[0] ?? '') })
  }
  return entries
}

function bare(text: string): string {
  const comment = /(?:^|[ \t])#/.exec(text)
  return (comment ? text.slice(0, comment.index) : text).trim()
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (whole, letter: string) => {
    if (Object.hasOwn(escapes, letter)) return escapes[letter] as string
    return '\\"$`'.includes(letter) ? letter : whole
  })
}

/** The line of a variable, which `parseEnvFile` reads back and which a shell understands as well. */
export function formatEnvEntry({ name, value }: EnvEntry): string {
  if (/^[A-Za-z0-9_./:@%+,=-]*$/.test(value)) return `${name}=${value}`
  if (!value.includes("'")) return `${name}='${value}'`
  return `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"`
}
