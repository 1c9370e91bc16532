import { type ServerState, type Session, userOf } from './catalogue.ts'
import { Reader, tokensOf } from './lexer.ts'
import { parseSelect, runSelect } from './select.ts'
import { type Effect, parseChange, type PasswordPolicy } from './statements.ts'
import { type ResultSet, SqlError } from './tokens.ts'

type Statement =
  | { readonly kind: 'change'; readonly run: Effect }
  | {
      readonly kind: 'select'
      readonly run: (state: ServerState, session: Session, parameters: Parameters) => ResultSet
    }
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'set'; readonly abort: boolean | undefined }

type Parameters = ReadonlyMap<string, string | null>

export interface BatchResult {
  readonly results: readonly ResultSet[]
  readonly errors: readonly SqlError[]
}

/** Nothing of a batch runs that cannot be parsed to its end. Throws `SqlError`. */
function parse(sql: string): readonly Statement[] {
  const reader = new Reader(tokensOf(sql))
  const statements: Statement[] = []
  while (!reader.done) {
    if (reader.takesSign(';')) continue
    statements.push(parseStatement(reader))
  }
  return statements
}

function parseStatement(reader: Reader): Statement {
  if (reader.takes('BEGIN', 'TRANSACTION')) return { kind: 'begin' }
  if (reader.takes('COMMIT', 'TRANSACTION')) return { kind: 'commit' }
  if (reader.takes('SET')) return parseSet(reader)
  if (reader.takes('USE')) return { kind: 'use', database: reader.name().toLowerCase() }
  if (reader.takes('SELECT')) {
    const select = parseSelect(reader)
    return { kind: 'select', run: (state, session, parameters) => runSelect(select, state, session, parameters) }
  }
  const change = parseChange(reader)
  return change ? { kind: 'change', run: change } : reader.refuse()
}

/** «USE (Transact-SQL)»; what `sp_executesql` changes so ends with it. */
function opened(database: string, session: Session, state: ServerState): Session {
  if (!state.databases.has(database)) throw new SqlError(911, 16, `Database '${database}' does not exist.`)
  if (userOf(state, session.login, database)) return { ...session, database }
  throw new SqlError(
    916,
    14,
    'The server principal is not able to access the database under the current security context.',
  )
}

/** SET option value («SET statements (Transact-SQL)»): drivers begin a session with many. */
function parseSet(reader: Reader): Statement {
  if (reader.takes('TRANSACTION', 'ISOLATION', 'LEVEL', 'READ', 'COMMITTED')) return { kind: 'set', abort: undefined }
  const option = reader.read('word').toUpperCase()
  const value = reader.read('word', 'number').toUpperCase()
  return { kind: 'set', abort: option === 'XACT_ABORT' ? value === 'ON' : undefined }
}

/**
 * Runs a batch: an error ends its statement, and with SET XACT_ABORT ON the batch, whose transaction is then undone («SET XACT_ABORT
 * (Transact-SQL)»). `keep` gives back what was when a transaction began.
 */
export function runBatch(
  sql: string,
  parameters: Parameters,
  login: Session,
  policy: PasswordPolicy,
  store: { state: ServerState },
): BatchResult {
  const results: ResultSet[] = []
  const errors: SqlError[] = []
  let before: ServerState | undefined
  let aborts = false
  let session = login
  try {
    for (const statement of parse(sql)) {
      try {
        if (statement.kind === 'set') aborts = statement.abort ?? aborts
        else if (statement.kind === 'begin') before = structuredClone(store.state)
        else if (statement.kind === 'commit') before = undefined
        else if (statement.kind === 'use') session = opened(statement.database, session, store.state)
        else if (statement.kind === 'select') results.push(statement.run(store.state, session, parameters))
        else statement.run(store.state, session, policy)
      } catch (error) {
        if (!(error instanceof SqlError) || aborts) throw error
        errors.push(error)
      }
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    errors.push(error)
  }
  // What is left open when the batch ends is undone, as it is when its connection closes.
  if (before) store.state = before
  return { results, errors }
}
