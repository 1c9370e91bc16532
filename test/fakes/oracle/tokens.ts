/** What the server says instead of an answer. */
export class OracleError extends Error {
  readonly number: number

  constructor(number: number, text: string) {
    super(`ORA-${String(number).padStart(5, '0')}: ${text}\n`)
    this.number = number
  }
}

/**
 * The words of a statement (SQL Language Reference, «Database Object Names and Qualifiers» and «Text Literals»). A name in quotes holds
 * every character but a quote and ends at the next one; there is no way to write a quote in it. A literal doubles its own.
 */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly written: string }
  | { readonly kind: 'quoted' | 'literal' | 'number' | 'bind' | 'sign'; readonly text: string }

const space = /(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/y
const word = /\p{L}[\p{L}\p{N}_$#]*/uy
const bind = /:(\w+)/y
const number = /\d+/y
const quoted = /"([^"\0]*)("?)/y
const literal = /'((?:[^']|'')*)('?)/y
const sign = /[(),.=*]/y

export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)
    if (!found) return undefined
    at += found[0].length
    return found
  }
  const next = (): Token => {
    let found = take(word)
    if (found) return { kind: 'word', text: found[0].toUpperCase(), written: found[0] }
    if ((found = take(quoted))) return quotedName(found)
    if ((found = take(literal))) return textLiteral(found)
    if ((found = take(bind))) return { kind: 'bind', text: (found[1] as string).toUpperCase() }
    if ((found = take(number))) return { kind: 'number', text: found[0] }
    if ((found = take(sign))) return { kind: 'sign', text: found[0] }
    throw new OracleError(911, 'invalid character')
  }
  for (take(space); at < sql.length; take(space)) tokens.push(next())
  return tokens
}

function quotedName([, text, end]: RegExpExecArray): Token {
  if (end === '') throw new OracleError(1740, 'missing double quote in identifier')
  if (text === '') throw new OracleError(1741, 'illegal zero-length identifier')
  return { kind: 'quoted', text: text as string }
}

function textLiteral([, text, end]: RegExpExecArray): Token {
  if (end === '') throw new OracleError(1756, 'quoted string not properly terminated')
  return { kind: 'literal', text: (text as string).replaceAll("''", "'") }
}
