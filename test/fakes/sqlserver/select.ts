import { databaseOf, mustSelect, named, same, type ServerState, type Session } from './catalogue.ts'
import type { Reader } from './lexer.ts'
import { type ResultSet, SqlError, type Value } from './tokens.ts'
import { functions, type Row, viewOf } from './views.ts'

/** What an expression is evaluated in. */
interface Scope {
  readonly state: ServerState
  readonly session: Session
  readonly parameters: ReadonlyMap<string, string | null>
  readonly rows: ReadonlyMap<string, Row>
}

type Expression = (scope: Scope) => Value
type Condition = (scope: Scope) => boolean

interface Table {
  readonly path: string
  readonly alias: string
  /** What it is joined on, and whether rows without a partner stay. */
  readonly on: Condition | undefined
  readonly outer: boolean
}

export interface Select {
  readonly items: readonly { readonly name: string; readonly value: Expression | 'all' }[]
  readonly tables: readonly Table[]
  readonly where: Condition | undefined
  readonly order: readonly Expression[]
}

/** SELECT list FROM table [[LEFT] JOIN table ON …] [WHERE …] [ORDER BY …] («SELECT (Transact-SQL)»), after its first word. */
export function parseSelect(reader: Reader): Select {
  const items: Select['items'][number][] = []
  do {
    const label = reader.peek(reader.peek(1)?.value === '.' ? 2 : 0)
    const value = reader.takesSign('*') ? 'all' : parseExpression(reader)
    items.push({ name: label?.kind === 'word' || label?.kind === 'name' ? label.value : '', value })
  } while (reader.takesSign(','))
  const tables: Table[] = []
  if (reader.takes('FROM')) {
    tables.push({ ...parseTable(reader), on: undefined, outer: false })
    for (;;) {
      const outer = reader.takes('LEFT', 'JOIN')
      if (!outer && !reader.takes('JOIN')) break
      const table = parseTable(reader)
      reader.must('ON')
      tables.push({ ...table, on: parseCondition(reader), outer })
    }
  }
  const where = reader.takes('WHERE') ? parseCondition(reader) : undefined
  const order: Expression[] = []
  if (reader.takes('ORDER', 'BY'))
    do order.push(parseExpression(reader))
    while (reader.takesSign(','))
  return { items, tables, where, order }
}

function parseTable(reader: Reader): { readonly path: string; readonly alias: string } {
  const path = [reader.name()]
  while (reader.takesSign('.')) path.push(reader.name())
  const next = reader.peek()
  const ends = next?.kind === 'word' && ['JOIN', 'LEFT', 'WHERE', 'ON', 'ORDER'].includes(next.value.toUpperCase())
  const aliased = !ends && (next?.kind === 'word' || next?.kind === 'name')
  return { path: path.join('.'), alias: aliased ? reader.name() : (path.at(-1) as string) }
}

function parseCondition(reader: Reader): Condition {
  const parts = [parseComparison(reader)]
  while (reader.takes('AND')) parts.push(parseComparison(reader))
  return (scope) => parts.every((part) => part(scope))
}

function parseComparison(reader: Reader): Condition {
  const left = parseExpression(reader)
  if (reader.takes('IN')) {
    reader.mustSign('(')
    const list = parseList(reader)
    return (scope) => list.some((one) => equal(left(scope), one(scope)))
  }
  const differs = reader.takesSign('<>')
  if (!differs) reader.mustSign('=')
  const right = parseExpression(reader)
  if (!differs) return (scope) => equal(left(scope), right(scope))
  return (scope) => left(scope) !== null && right(scope) !== null && !equal(left(scope), right(scope))
}

/** NULL equals nothing; texts are alike whatever their case. */
function equal(a: Value, b: Value): boolean {
  if (a === null || b === null) return false
  return same(String(a), String(b))
}

function parseExpression(reader: Reader): Expression {
  const parts = [parseTerm(reader)]
  while (reader.takesSign('+')) parts.push(parseTerm(reader))
  if (parts.length === 1) return parts[0] as Expression
  return (scope) => {
    const values = parts.map((part) => part(scope))
    return values.includes(null) ? null : values.join('')
  }
}

function parseTerm(reader: Reader): Expression {
  const token = reader.peek()
  if (token?.kind === 'text' || token?.kind === 'number') {
    const value = token.kind === 'number' ? Number(reader.read('number')) : reader.read('text')
    return () => value
  }
  if (token?.kind === 'variable') return variable(reader.read('variable'))
  if (reader.takes('CASE')) return parseCase(reader)
  const path = [reader.name()]
  if (reader.takesSign('(')) return call(path[0] as string, parseList(reader))
  while (reader.takesSign('.')) path.push(reader.name())
  return column(path)
}

function variable(name: string): Expression {
  return ({ parameters }) => {
    const value = parameters.get(name.toLowerCase())
    if (value === undefined) throw new SqlError(137, 15, `Must declare the scalar variable "${name}".`)
    return value
  }
}

function parseList(reader: Reader): readonly Expression[] {
  const list = [parseExpression(reader)]
  while (reader.takesSign(',')) list.push(parseExpression(reader))
  reader.mustSign(')')
  return list
}

/** The simple form, CASE value WHEN value THEN value …, and the searched one. */
function parseCase(reader: Reader): Expression {
  const first = reader.peek()
  const subject = first?.value.toUpperCase() === 'WHEN' ? undefined : parseExpression(reader)
  const arms: { readonly fits: Condition; readonly value: Expression }[] = []
  while (reader.takes('WHEN')) {
    const match = subject && parseExpression(reader)
    const fits: Condition = match ? (scope) => equal(subject(scope), match(scope)) : parseCondition(reader)
    reader.must('THEN')
    arms.push({ fits, value: parseExpression(reader) })
  }
  const otherwise = reader.takes('ELSE') ? parseExpression(reader) : () => null
  reader.must('END')
  return (scope) => (arms.find(({ fits }) => fits(scope))?.value ?? otherwise)(scope)
}

function call(name: string, list: readonly Expression[]): Expression {
  const known = functions[name.toUpperCase()]
  if (!known) throw new SqlError(195, 15, `'${name}' is not a recognized built-in function name.`)
  return (scope) => known(scope.state, scope.session, ...list.map((one) => one(scope)))
}

function column(path: readonly string[]): Expression {
  const [alias, name] = path.length === 1 ? [undefined, path[0]] : path
  return ({ rows }) => {
    const found = [...rows].filter(
      ([one, row]) => (alias === undefined || same(one, alias)) && Object.hasOwn(row, name ?? ''),
    )
    if (found.length > 1) throw new SqlError(209, 16, `Ambiguous column name '${name}'.`)
    const [, row] = found[0] ?? []
    if (!row) throw new SqlError(alias === undefined ? 207 : 4104, 16, `Invalid column name '${path.join('.')}'.`)
    return row[name as string] as Value
  }
}

export function runSelect(
  select: Select,
  state: ServerState,
  session: Session,
  parameters: ReadonlyMap<string, string | null>,
): ResultSet {
  const base = { state, session, parameters }
  let scopes: readonly Scope[] = [{ ...base, rows: new Map() }]
  for (const table of select.tables) {
    const rows = rowsOf(table, select, state, session)
    scopes = scopes.flatMap((scope) => {
      const joined = rows.map((row) => ({ ...base, rows: new Map([...scope.rows, [table.alias, row]]) }))
      const fitting = joined.filter((one) => table.on?.(one) ?? true)
      return fitting.length > 0 || !table.outer ? fitting : [withNulls(scope, table, rows)]
    })
  }
  const kept = scopes.filter((scope) => select.where?.(scope) ?? true)
  const keys = new Map(kept.map((scope) => [scope, select.order.map((one) => one(scope))]))
  const ordered = kept.toSorted((a, b) => compare(keys.get(a) ?? [], keys.get(b) ?? []))
  const items = select.items.filter((item): item is typeof item & { value: Expression } => item.value !== 'all')
  return {
    columns: select.items.map(({ name }) => name),
    rows: ordered.map((scope) => items.map(({ value }) => value(scope))),
  }
}

function withNulls(scope: Scope, { alias }: Table, rows: readonly Row[]): Scope {
  const empty = Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, null]))
  return { ...scope, rows: new Map([...scope.rows, [alias, empty]]) }
}

function compare(a: readonly Value[], b: readonly Value[]): number {
  for (const [index, value] of a.entries()) {
    const difference = Number(value) - Number(b[index])
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return 0
}

/** A view, or a table of users, which is always empty. Which of its columns are asked for decides whether it may be read. */
function rowsOf({ path }: Table, { items }: Select, state: ServerState, session: Session): readonly Row[] {
  const view = viewOf(state, session, path.toLowerCase())
  if (view) return view
  const [schema, name] = path.includes('.') ? path.split('.') : ['dbo', path]
  const here = databaseOf(state, session)
  const found = named(
    here.things.filter((one) => !one.isType && one.schema === schema),
    name ?? '',
  )
  if (!found) throw new SqlError(208, 16, `Invalid object name '${path}'.`)
  const columns = items.some(({ value }) => value === 'all') ? found.columns : items.map((item) => item.name)
  mustSelect(state, session, found, columns)
  return []
}
