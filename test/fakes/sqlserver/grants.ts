import {
  databaseOf,
  findLogin,
  isOwner,
  isServerMember,
  named,
  type Permission,
  type ServerState,
  type Session,
  type Thing,
} from './catalogue.ts'
import type { Reader } from './lexer.ts'
import { SqlError } from './tokens.ts'

/** GRANT, DENY or REVOKE of one permission of a database. */
export interface Grant {
  readonly verb: 'GRANT' | 'DENY' | 'REVOKE'
  readonly permission: string
  readonly on: { readonly kind: 'OBJECT' | 'SCHEMA' | 'TYPE'; readonly path: readonly string[] } | undefined
  readonly columns: readonly string[]
  readonly principal: string
  readonly withGrantOption: boolean
}

const ofServer = ['VIEW SERVER STATE', 'ALTER ANY LOGIN']
const permissions = [
  ...ofServer,
  'CONNECT',
  'SELECT',
  'INSERT',
  'EXECUTE',
  'REFERENCES',
  'VIEW DEFINITION',
  'CREATE TABLE',
]

/** verb permission [ON [class::]securable [(column …)]] TO | FROM principal [WITH GRANT OPTION] («GRANT (Transact-SQL)»). */
export function parseGrant(reader: Reader): Grant | undefined {
  const verb = (['GRANT', 'DENY', 'REVOKE'] as const).find((one) => reader.takes(one))
  if (!verb) return undefined
  const permission = permissions.find((one) => reader.takes(...one.split(' '))) ?? reader.refuse()
  let on: Grant['on']
  const columns: string[] = []
  if (reader.takes('ON')) {
    const classed = reader.peek(1)?.value === '::'
    const kind = (['OBJECT', 'SCHEMA', 'TYPE'] as const).find((one) => classed && reader.takes(one))
    if (classed) reader.mustSign('::')
    const path = [reader.name()]
    while (reader.takesSign('.')) path.push(reader.name())
    on = { kind: kind ?? 'OBJECT', path }
    if (reader.takesSign('(')) {
      do columns.push(reader.name())
      while (reader.takesSign(','))
      reader.mustSign(')')
    }
  }
  reader.must(verb === 'REVOKE' ? 'FROM' : 'TO')
  const principal = reader.name()
  const withGrantOption = reader.takes('WITH', 'GRANT', 'OPTION')
  if (withGrantOption && verb !== 'GRANT') reader.refuse()
  return { verb, permission, on, columns, principal, withGrantOption }
}

export function runGrant(grant: Grant, state: ServerState, session: Session): void {
  if (ofServer.includes(grant.permission)) return runServerGrant(grant, state, session)
  const here = databaseOf(state, session)
  if (!isOwner(state, session)) throw new SqlError(4613, 16, 'Grantor does not have GRANT permission.')
  const grantee = named(here.principals, grant.principal)
  if (!grantee) throw missing('user', grant.principal)
  const { verb, permission, withGrantOption } = grant
  for (const place of placesOf(grant, state, session)) {
    const alike = (row: Permission, minorId: number) =>
      row.class === place.class &&
      row.majorId === place.majorId &&
      row.minorId === minorId &&
      row.permission === permission &&
      row.grantee === grantee.id
    here.permissions = here.permissions.filter((row) => !alike(row, place.minorId))
    // Of a column only what differs from its table is kept.
    const exception = place.minorId !== 0 && here.permissions.some((row) => alike(row, 0))
    if (verb === 'REVOKE' && !exception) continue
    const word = verb === 'GRANT' && withGrantOption ? 'GRANT_WITH_GRANT_OPTION' : verb
    here.permissions.push({ ...place, permission, grantee: grantee.id, state: word })
  }
}

/** «GRANT server permissions»: in `master` only, by who has CONTROL SERVER. */
function runServerGrant(
  { verb, permission, on, principal, withGrantOption }: Grant,
  state: ServerState,
  session: Session,
) {
  if (session.database !== 'master') {
    throw new SqlError(
      4621,
      16,
      'Permissions at the server scope can only be granted when the current database is master',
    )
  }
  if (on || !isServerMember(state, session.login, 'sysadmin')) {
    throw new SqlError(4613, 16, 'Grantor does not have GRANT permission.')
  }
  const grantee = findLogin(state, principal)?.id
  if (grantee === undefined) throw missing('login', principal)
  state.permissions = state.permissions.filter((row) => row.permission !== permission || row.grantee !== grantee)
  if (verb === 'REVOKE') return
  const word = verb === 'GRANT' && withGrantOption ? 'GRANT_WITH_GRANT_OPTION' : verb
  state.permissions.push({ class: 100, majorId: 0, minorId: 0, permission, grantee, state: word })
}

type Place = Pick<Permission, 'class' | 'majorId' | 'minorId'>

function placesOf({ on, columns }: Grant, state: ServerState, session: Session): readonly Place[] {
  if (!on) return [{ class: 0, majorId: 0, minorId: 0 }]
  const here = databaseOf(state, session)
  const name = on.path.at(-1) as string
  if (on.kind === 'SCHEMA') {
    const schema = on.path.length === 1 ? named(here.schemas, name) : undefined
    if (!schema) throw missing('schema', name)
    return [{ class: 3, majorId: schema.id, minorId: 0 }]
  }
  const isType = on.kind === 'TYPE'
  const schema = on.path.length === 1 ? 'dbo' : on.path[0]
  const thing = named(
    here.things.filter((one) => one.isType === isType && one.schema === schema),
    name,
  )
  if (!thing) throw missing(isType ? 'type' : 'object', name)
  if (columns.length === 0) return [{ class: isType ? 6 : 1, majorId: thing.id, minorId: 0 }]
  return columns.map((column) => ({ class: 1, majorId: thing.id, minorId: columnOf(thing, column) }))
}

function columnOf(thing: Thing, column: string): number {
  const index = thing.columns.indexOf(column)
  if (index < 0) throw new SqlError(1911, 16, `Column name '${column}' does not exist in the target table or view.`)
  return index + 1
}

function missing(what: string, name: string): SqlError {
  return new SqlError(
    15_151,
    16,
    `Cannot find the ${what} '${name}', because it does not exist or you do not have permission.`,
  )
}
