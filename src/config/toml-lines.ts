/**
 * Where the settings of a TOML text stand: the line (from 1) of every key, table and element, by its path. It finds its
 * way through text that a TOML parser has accepted; in other text the lines are of no use, but there is an answer.
 */
export class TomlLines {
  readonly #text: string
  readonly #lines = new Map<string, number>()
  /** How many tables each array of tables has so far. */
  readonly #counts = new Map<string, number>()
  #at = 0
  #line = 1
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#readDocument()
  }

  /** The line of a setting or, where it is not there, of the table that should hold it; nothing for neither. */
  lineOf(path: readonly string[]): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(nameOf(path.slice(0, length)))
      if (line !== undefined) return line
    }
    return undefined
  }

  #readDocument(): void {
    let table: readonly string[] = []
    while (this.#skipBlank()) {
      const line = this.#line
      if (this.#peek('[[')) {
        this.#at += 2
        table = this.#nextTable(this.#readKey(), line)
      } else if (this.#peek('[')) {
        this.#at++
        table = this.#inCurrentTables(this.#readKey())
        this.#note(table, line)
      } else {
        this.#readSetting(table)
      }
      this.#skipLine()
    }
  }

  #readSetting(table: readonly string[]): void {
    const line = this.#line
    const path = [...table, ...this.#readKey()]
    this.#note(path, line)
    this.#skipSpace()
    if (!this.#peek('=')) return
    this.#at++
    this.#readValue(path)
  }

  #readValue(path: readonly string[]): void {
    this.#skipSpace()
    if (this.#peek('[') || this.#peek('{')) this.#readNested(path)
    else if (this.#peek('"') || this.#peek("'")) this.#readText()
    else this.#skip(/[^,\]}#\r\n]*/y)
  }

  #readNested(path: readonly string[]): void {
    const list = this.#peek('[')
    const end = list ? ']' : '}'
    this.#at++
    // A parser that accepted the text has a limit of its own, and a lower one.
    if (++this.#depth > deepest) this.#at = this.#text.length
    for (let index = 0; this.#skipBlank() && !this.#peek(end); index++) {
      const before = this.#at
      if (list) {
        const element = [...path, String(index)]
        this.#note(element, this.#line)
        this.#readValue(element)
      } else {
        this.#readSetting(path)
      }
      this.#skipBlank()
      if (this.#peek(',') || this.#at === before) this.#at++
    }
    this.#depth--
    this.#at++
  }

  /** A dotted key, each part bare or quoted. */
  #readKey(): string[] {
    const parts: string[] = []
    do {
      this.#skipSpace()
      parts.push(this.#peek('"') || this.#peek("'") ? this.#readText() : this.#skip(/[\w-]*/y))
      this.#skipSpace()
    } while (this.#peek('.') && ++this.#at)
    return parts
  }

  #readText(): string {
    const raw = this.#skip(/"""(?:\\[^]|[^\\])*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?/y)
    this.#line += raw.split('\n').length - 1
    if (raw[0] === "'" || !raw.includes('\\')) return raw.slice(1, -1)
    try {
      return JSON.parse(raw) as string
    } catch {
      return raw
    }
  }

  #nextTable(key: readonly string[], line: number): readonly string[] {
    const parent = this.#inCurrentTables(key.slice(0, -1))
    const array = [...parent, key.at(-1) ?? '']
    const index = this.#counts.get(nameOf(array)) ?? 0
    this.#counts.set(nameOf(array), index + 1)
    this.#note(array, line)
    const table = [...array, String(index)]
    this.#note(table, line)
    return table
  }

  /** Within an array of tables a header means its newest one. */
  #inCurrentTables(key: readonly string[]): readonly string[] {
    const path: string[] = []
    for (const part of key) {
      path.push(part)
      const count = this.#counts.get(nameOf(path))
      if (count !== undefined) path.push(String(count - 1))
    }
    return path
  }

  #note(path: readonly string[], line: number): void {
    if (path.length > longestPath) return
    for (let length = 1; length <= path.length; length++) {
      const name = nameOf(path.slice(0, length))
      if (length === path.length || !this.#lines.has(name)) this.#lines.set(name, this.#lines.get(name) ?? line)
    }
  }

  #peek(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #skipSpace(): void {
    this.#skip(/[ \t]*/y)
  }

  /** Goes past spaces, line ends and comments; whether anything is left. */
  #skipBlank(): boolean {
    const blank = this.#skip(/(?:\s+|#[^\n]*)*/y)
    this.#line += blank.split('\n').length - 1
    return this.#at < this.#text.length
  }

  #skipLine(): void {
    this.#skip(/[^\n]*/y)
  }
}

const deepest = 2000
/** No setting is nested so far. */
const longestPath = 16

function nameOf(path: readonly string[]): string {
  return path.join('\0')
}
