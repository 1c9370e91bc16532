import { createHash, randomBytes } from 'node:crypto'
import { SqlError } from './tokens.ts'

/** A login or a server role. */
export interface ServerPrincipal {
  readonly id: number
  readonly name: string
  readonly sid: string
  readonly type: 'S' | 'R'
  password: string
  checksPolicy: boolean
  defaultDatabase: string
  defaultLanguage: string
}

export interface DatabasePrincipal {
  readonly id: number
  readonly name: string
  readonly sid: string
  readonly type: 'S' | 'R'
  readonly defaultSchema: string
}

export interface Permission {
  readonly class: number
  readonly majorId: number
  readonly minorId: number
  readonly grantee: number
  readonly permission: string
  readonly state: 'GRANT' | 'GRANT_WITH_GRANT_OPTION' | 'DENY' | 'REVOKE'
}

export interface Membership {
  readonly role: number
  readonly member: number
}

/** A table, or, where it is a type, a table type. */
export interface Thing {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
  readonly isType: boolean
}

export interface DatabaseState {
  readonly principals: DatabasePrincipal[]
  readonly members: Membership[]
  permissions: Permission[]
  readonly things: Thing[]
  readonly schemas: readonly { readonly id: number; readonly name: string }[]
}

export interface ServerState {
  readonly principals: ServerPrincipal[]
  readonly members: Membership[]
  /** Of class 100, the server itself, or of a class that nothing here has a name for. */
  permissions: Permission[]
  readonly databases: ReadonlyMap<string, DatabaseState>
  nextId: number
}

/** Who is logged in, and where. */
export interface Session {
  readonly login: number
  readonly database: string
}

/** Names are alike whatever their case: the collation is case-insensitive. */
export const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

export function named<T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((one) => same(one.name, name))
}

/** A server with a `sysadmin` login and the databases `master` and `app`; in `app` there are a table, a type and two schemas. */
export function newServer(admin: { readonly user: string; readonly password: string }): ServerState {
  const state: ServerState = {
    principals: [],
    members: [],
    permissions: [],
    databases: new Map([
      ['master', newDatabase()],
      ['app', newDatabase()],
    ]),
    nextId: 256,
  }
  const role = {
    sid: '',
    type: 'R',
    password: '',
    checksPolicy: false,
    defaultDatabase: '',
    defaultLanguage: '',
  } as const
  for (const [id, name] of [
    [3, 'sysadmin'],
    [4, 'securityadmin'],
    [8, 'processadmin'],
  ] as const) {
    state.principals.push({ ...role, id, name })
  }
  addLogin(state, admin.user, admin.password, { checksPolicy: false })
  state.members.push({ role: 3, member: 256 })
  return state
}

function newDatabase(): DatabaseState {
  const role = { sid: '', type: 'R', defaultSchema: '' } as const
  return {
    principals: [
      { id: 1, name: 'dbo', sid: '', type: 'S', defaultSchema: 'dbo' },
      { ...role, id: 16_384, name: 'db_owner' },
      { ...role, id: 16_390, name: 'db_datareader' },
      { ...role, id: 5, name: 'app]role' },
    ],
    members: [{ role: 16_384, member: 1 }],
    permissions: [],
    things: [
      { id: 101, schema: 'dbo', name: 'things', columns: ['id', 'secret'], isType: false },
      { id: 102, schema: 'dbo', name: "o'things]", columns: ['id', 'se]cret'], isType: false },
      { id: 257, schema: 'dbo', name: 'list', columns: [], isType: true },
    ],
    schemas: [
      { id: 1, name: 'dbo' },
      { id: 5, name: 'sales]' },
    ],
  }
}

export function addLogin(
  state: ServerState,
  name: string,
  password: string,
  more: Partial<Pick<ServerPrincipal, 'checksPolicy' | 'defaultDatabase' | 'defaultLanguage'>>,
): void {
  const sid = randomBytes(16).toString('hex')
  const settings = { checksPolicy: true, defaultDatabase: 'master', defaultLanguage: 'us_english', ...more }
  const connect = { class: 100, majorId: 0, minorId: 0, permission: 'CONNECT SQL', state: 'GRANT' } as const
  state.permissions.push({ ...connect, grantee: state.nextId })
  state.principals.push({ id: state.nextId++, name, sid, type: 'S', password: passwordHash(password), ...settings })
}

/** A salted SHA-512 of the UTF-16 text, which is what the server keeps since 2012. */
export function passwordHash(password: string, salt = randomBytes(4)): string {
  const digest = createHash('sha512').update(Buffer.from(password, 'utf16le')).update(salt).digest('hex')
  return salt.toString('hex') + digest
}

export function passwordFits(login: ServerPrincipal, password: string): boolean {
  return login.password === passwordHash(password, Buffer.from(login.password.slice(0, 8), 'hex'))
}

export function findLogin(state: ServerState, name: string): ServerPrincipal | undefined {
  return named(
    state.principals.filter(({ type }) => type === 'S'),
    name,
  )
}

export function isServerMember(state: ServerState, login: number, ...roles: readonly string[]): boolean {
  return state.members.some(
    ({ role, member }) =>
      member === login && roles.includes(state.principals.find(({ id }) => id === role)?.name ?? ''),
  )
}

export function databaseOf(state: ServerState, { database }: Session): DatabaseState {
  return state.databases.get(database) as DatabaseState
}

/** The user of a login in a database: `dbo` for a `sysadmin`. Without one the login may not open the database. */
export function userOf(state: ServerState, login: number, database: string): DatabasePrincipal | undefined {
  const here = state.databases.get(database)
  if (isServerMember(state, login, 'sysadmin')) return here?.principals.find(({ id }) => id === 1)
  const sid = state.principals.find(({ id }) => id === login)?.sid
  const user = here?.principals.find((one) => one.type === 'S' && one.sid === sid)
  return (
    user ?? (database === 'master' ? { id: 2, name: 'guest', sid: '', type: 'S', defaultSchema: 'guest' } : undefined)
  )
}

export function isOwner(state: ServerState, session: Session): boolean {
  const user = userOf(state, session.login, session.database)
  return databaseOf(state, session).members.some(({ role, member }) => role === 16_384 && member === user?.id)
}

/**
 * Whether a user may read every column: a denial anywhere wins, except that what is said of a column goes before what is said of its table
 * («Permissions hierarchy», and the note of sys.database_permissions). Throws errors 229 and 230.
 */
export function mustSelect(state: ServerState, session: Session, thing: Thing, columns: readonly string[]): void {
  if (isOwner(state, session)) return
  const here = databaseOf(state, session)
  const user = userOf(state, session.login, session.database)
  const roles = here.members.filter(({ member }) => member === user?.id).map(({ role }) => role)
  const schema = here.schemas.find(({ name }) => name === thing.schema)?.id
  const rows = here.permissions.filter(
    ({ grantee, permission }) => permission === 'SELECT' && (grantee === user?.id || roles.includes(grantee)),
  )
  const on = (kind: number, major: number | undefined, minor = 0) =>
    rows.filter((row) => row.class === kind && row.majorId === major && row.minorId === minor)
  const above = [...on(0, 0), ...on(3, schema), ...on(1, thing.id)]
  for (const column of columns) {
    const own = on(1, thing.id, thing.columns.indexOf(column) + 1)
    const decisive = own.length > 0 ? own : above
    const granted =
      decisive.some(({ state: word }) => word.startsWith('GRANT')) || (own.length === 0 && roles.includes(16_390))
    if (granted && !decisive.some(({ state: word }) => word === 'DENY')) continue
    const [number, what] = own.length > 0 ? [230, `column '${column}' of the object`] : [229, 'object']
    throw new SqlError(number as number, 14, `The SELECT permission was denied on the ${what} '${thing.name}'.`)
  }
}
