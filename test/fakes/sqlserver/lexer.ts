import { SqlError } from './tokens.ts'

/** `word` is a keyword or plain name; `name` one in brackets or double quotes, which is never a keyword. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'variable' | 'sign'
  readonly value: string
}

const space = /\s+|--[^\n]*/y
const word = /[\p{L}_#][\p{L}\p{N}_@$#]*/uy
const variable = /@[\p{L}\p{N}_@$#]+/uy
const digits = /\d+/y
const sign = /::|<>|[=,().;*+]/y

/**
 * Cuts Transact-SQL into tokens («Transact-SQL syntax conventions», «Database identifiers», «Constants», «Comment»): an identifier in
 * brackets ends at the first single `]`, a text at the first single `'`, comments of the second form nest. QUOTED_IDENTIFIER is on.
 */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  while (at < sql.length) {
    if (match(space) !== undefined) continue
    if (sql.startsWith('/*', at)) {
      at = afterComment(sql, at)
      continue
    }
    const national = /^[nN]'/.test(sql.slice(at, at + 2))
    const first = sql[national ? at + 1 : at] as string
    if (first === '[' || first === '"' || first === "'") {
      const read = quotedAt(sql, national ? at + 1 : at, first === '[' ? ']' : first)
      tokens.push({ kind: first === "'" ? 'text' : 'name', value: read.value })
      at = read.end
      continue
    }
    tokens.push(plain(match, first))
  }
  return tokens
}

function plain(match: (pattern: RegExp) => string | undefined, first: string): Token {
  const kinds = [
    ['word', word],
    ['variable', variable],
    ['number', digits],
    ['sign', sign],
  ] as const
  for (const [kind, pattern] of kinds) {
    const value = match(pattern)
    if (value !== undefined) return { kind, value }
  }
  throw new SqlError(102, 15, `Incorrect syntax near '${first}'.`)
}

function quotedAt(sql: string, from: number, end: string): { readonly value: string; readonly end: number } {
  let value = ''
  for (let at = from + 1; at < sql.length; at++) {
    if (sql[at] === end) {
      if (sql[at + 1] !== end) return { value, end: at + 1 }
      at++
    }
    value += sql[at] as string
  }
  throw new SqlError(105, 15, 'Unclosed quotation mark after the character string.')
}

function afterComment(sql: string, from: number): number {
  let depth = 0
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) depth++
    else if (sql.startsWith('*/', at)) depth--
    else continue
    at++
    if (depth === 0) return at + 1
  }
  throw new SqlError(113, 15, "Missing end comment mark '*/'.")
}

/** The reserved words («Reserved keywords») that these statements are made of. */
const reserved = new Set(
  'ADD ALTER AND AS BEGIN BY CASE COMMIT CREATE DENY DROP ELSE END FOR FROM GRANT IN IS JOIN LEFT NOT NULL ON OPTION OR ORDER REVOKE SELECT SET THEN TO TRAN TRANSACTION USER WHEN WHERE WITH'.split(
    ' ',
  ),
)

/** Reads tokens one after the other. */
export class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  /** Takes these keywords if they come next, whatever their case. */
  takes(...words: readonly string[]): boolean {
    const next = words.map((_, index) => this.peek(index))
    const fits = next.every((token, index) => token?.kind === 'word' && token.value.toUpperCase() === words[index])
    if (fits) this.#at += words.length
    return fits
  }

  takesSign(value: string): boolean {
    const token = this.peek()
    const fits = token?.kind === 'sign' && token.value === value
    if (fits) this.#at++
    return fits
  }

  must(...words: readonly string[]): void {
    if (!this.takes(...words)) this.refuse()
  }

  mustSign(value: string): void {
    if (!this.takesSign(value)) this.refuse()
  }

  /** The value of the next token, which must be of one of these kinds. */
  read(...kinds: readonly Token['kind'][]): string {
    const token = this.peek()
    if (!token || !kinds.includes(token.kind)) this.refuse()
    this.#at++
    return (token as Token).value
  }

  /** An identifier: in brackets, or plain and not reserved. */
  name(): string {
    const token = this.peek()
    if (token?.kind === 'word' && reserved.has(token.value.toUpperCase())) this.refuse()
    return this.read('name', 'word')
  }

  refuse(): never {
    throw new SqlError(102, 15, `Incorrect syntax near '${this.peek()?.value ?? ''}'.`)
  }
}
