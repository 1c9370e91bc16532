import type { Release } from './release.ts'
import { OracleError, type Token, tokensOf } from './tokens.ts'

/** The statements that change users and read what they may do (SQL Language Reference), and no others. */
export type Statement = Select | UserStatement | Grant

export interface Select {
  readonly kind: 'select'
  /** Names of columns, or the number 1. */
  readonly columns: readonly (string | 1)[]
  readonly owner: string | undefined
  readonly from: string
  readonly where: readonly Condition[]
  readonly binds: readonly string[]
}

export type Condition =
  | { readonly column: string; readonly is: { readonly bind: string } | { readonly text: string } }
  | { readonly column: string; readonly isNotLike: string }

export interface UserStatement {
  readonly kind: 'create-user' | 'alter-user'
  readonly user: string
  readonly password?: string
  readonly replaced?: string
  readonly account?: 'lock' | 'unlock'
  readonly profile?: string
}

export interface Grant {
  readonly kind: 'grant'
  /** A system privilege or role, or a privilege on an object. */
  readonly what: string
  readonly on: GrantObject | undefined
  readonly to: string
  readonly options: readonly string[]
}

export interface GrantObject {
  readonly type: string
  readonly owner: string
  readonly name: string
  readonly column: string | undefined
}

export function parseStatement(sql: string, release: Release): Statement {
  const parser = new Parser(tokensOf(sql), release)
  const statement = parser.statement()
  parser.mustBeAtEnd()
  return statement
}

const objectTypes = ['DIRECTORY', 'EDITION', 'USER', 'MINING MODEL', 'JAVA SOURCE', 'JAVA RESOURCE']

class Parser {
  readonly #tokens: readonly Token[]
  readonly #release: Release
  #at = 0

  constructor(tokens: readonly Token[], release: Release) {
    this.#tokens = tokens
    this.#release = release
  }

  statement(): Statement {
    if (this.#words('SELECT')) return this.#select()
    if (this.#words('CREATE', 'USER')) return this.#user('create-user')
    if (this.#words('ALTER', 'USER')) return this.#user('alter-user')
    if (this.#words('GRANT')) return this.#grant()
    throw new OracleError(900, 'invalid SQL statement')
  }

  mustBeAtEnd(): void {
    if (this.#at < this.#tokens.length) throw new OracleError(933, 'SQL command not properly ended')
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at]
  }

  /** Takes these words if they come next. */
  #words(...words: readonly string[]): boolean {
    const come = words.every((text, offset) => {
      const token = this.#tokens[this.#at + offset]
      return token?.kind === 'word' && token.text === text
    })
    if (come) this.#at += words.length
    return come
  }

  #sign(text: string): boolean {
    const comes = this.#next?.kind === 'sign' && this.#next.text === text
    if (comes) this.#at++
    return comes
  }

  #must(came: boolean, number: number, text: string): void {
    if (!came) throw new OracleError(number, text)
  }

  #name(number: number, text: string): string {
    const token = this.#next
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw new OracleError(number, text)
    this.#at++
    return this.#fitting(token.text, this.#release.longestName)
  }

  #fitting(text: string, longest: number): string {
    if (Buffer.byteLength(text) > longest) throw new OracleError(972, 'identifier is too long')
    return text
  }

  /** A password is written as a name, but keeps its case. */
  #password(): string {
    const token = this.#next
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw new OracleError(988, 'missing or invalid password(s)')
    this.#at++
    return this.#fitting(token.kind === 'word' ? token.written : token.text, this.#release.longestPassword)
  }

  #user(kind: UserStatement['kind']): UserStatement {
    let statement: UserStatement = { kind, user: this.#name(1935, 'missing user or role name') }
    while (this.#next) statement = { ...statement, ...this.#userOption(statement) }
    if (kind === 'create-user' && statement.password === undefined)
      throw new OracleError(922, 'missing or invalid option')
    return statement
  }

  #userOption(before: UserStatement): Partial<UserStatement> {
    if (before.password === undefined && this.#words('IDENTIFIED', 'BY')) return { password: this.#password() }
    const mayReplace = before.kind === 'alter-user' && before.password !== undefined
    if (mayReplace && this.#words('REPLACE')) return { replaced: this.#password() }
    if (this.#words('ACCOUNT', 'LOCK')) return { account: 'lock' }
    if (this.#words('ACCOUNT', 'UNLOCK')) return { account: 'unlock' }
    if (this.#words('PROFILE')) return { profile: this.#name(922, 'missing or invalid option') }
    throw new OracleError(922, 'missing or invalid option')
  }

  #grant(): Grant {
    const what = this.#granted()
    const column = this.#sign('(') ? this.#column() : undefined
    const on = this.#words('ON') ? this.#object(column) : undefined
    this.#must(on !== undefined || column === undefined, 969, 'missing ON keyword')
    this.#must(this.#words('TO'), 990, 'missing or invalid privilege')
    const to = this.#name(987, 'missing or invalid username(s)')
    const options: string[] = []
    while (this.#words('WITH')) {
      const option = on ? ['GRANT', 'HIERARCHY'].find((text) => this.#words(text)) : this.#words('ADMIN') && 'ADMIN'
      this.#must(Boolean(option) && this.#words('OPTION'), 994, 'missing OPTION keyword')
      options.push(option as string)
    }
    return { kind: 'grant', what, on, to, options }
  }

  #column(): string {
    const name = this.#name(904, 'invalid identifier')
    this.#must(this.#sign(')'), 907, 'missing right parenthesis')
    return name
  }

  /** A role in quotes, or words up to what follows them. */
  #granted(): string {
    if (this.#next?.kind === 'quoted') return this.#name(990, 'missing or invalid privilege')
    const words: string[] = []
    while (this.#next?.kind === 'word' && this.#next.text !== 'TO' && this.#next.text !== 'ON') {
      words.push(this.#next.text)
      this.#at++
    }
    this.#must(words.length > 0, 990, 'missing or invalid privilege')
    return words.join(' ')
  }

  #object(column: string | undefined): GrantObject {
    const type = objectTypes.find((words) => this.#words(...words.split(' '))) ?? 'TABLE'
    const first = this.#name(903, 'invalid table name')
    if (!this.#sign('.')) return { type, owner: 'SYS', name: first, column }
    return { type, owner: first, name: this.#name(903, 'invalid table name'), column }
  }

  #select(): Select {
    const columns: (string | 1)[] = []
    do columns.push(this.#selected())
    while (this.#sign(','))
    this.#must(this.#words('FROM'), 923, 'FROM keyword not found where expected')
    const first = this.#name(903, 'invalid table name')
    const qualified = this.#sign('.')
    const from = qualified ? this.#name(903, 'invalid table name') : first
    const where: Condition[] = []
    const binds: string[] = []
    if (this.#words('WHERE')) {
      do where.push(this.#condition(binds))
      while (this.#words('AND'))
    }
    return { kind: 'select', columns, owner: qualified ? first : undefined, from, where, binds }
  }

  #selected(): string | 1 {
    if (this.#next?.kind !== 'number') return this.#name(936, 'missing expression')
    this.#must(this.#next.text === '1', 936, 'missing expression')
    this.#at++
    return 1
  }

  #condition(binds: string[]): Condition {
    const column = this.#name(936, 'missing expression')
    if (this.#words('NOT', 'LIKE')) return { column, isNotLike: this.#operand('literal').text }
    this.#must(this.#sign('='), 920, 'invalid relational operator')
    const operand = this.#operand('literal', 'bind')
    if (operand.kind !== 'bind') return { column, is: { text: operand.text } }
    binds.push(operand.text)
    return { column, is: { bind: operand.text } }
  }

  #operand(...kinds: readonly Token['kind'][]): Token {
    const token = this.#next
    if (!token || !kinds.includes(token.kind)) throw new OracleError(936, 'missing expression')
    this.#at++
    return token
  }
}
