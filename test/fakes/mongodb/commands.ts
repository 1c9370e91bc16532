import { type Connection, saslContinue, saslStart } from './authentication.ts'
import type { Mechanism } from './scram.ts'
import { CommandError, type RoleName, type User, type Users } from './users.ts'

export type Body = Readonly<Record<string, unknown>>

export interface Database {
  readonly users: Users
  readonly mechanisms: readonly Mechanism[]
  /** Whether a new password is taken. */
  readonly acceptsPassword: (password: string) => boolean
  /** Whether `usersInfo` knows `showAuthenticationRestrictions`. */
  readonly knowsRestrictions: boolean
}

interface Row {
  /** Members besides those of every command; any other is unknown. */
  readonly members: readonly string[]
  readonly withoutLogin?: true
  run(database: Database, connection: Connection, db: string, body: Body): Body
}

/** Members that drivers add to a command (OP_MSG specification, «Global Command Arguments»; driver sessions specification). */
const global = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  'lsid',
  'txnNumber',
  'maxTimeMS',
  'writeConcern',
  'comment',
])

/** The commands of the manual's «User Management Commands» that rotation needs, and little else. */
const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['ping', { members: [], withoutLogin: true, run: () => ({}) }],
  ['endSessions', { members: [], withoutLogin: true, run: () => ({}) }],
  [
    'saslStart',
    {
      members: ['mechanism', 'payload', 'autoAuthorize', 'options', 'db'],
      withoutLogin: true,
      run: ({ users, mechanisms }, connection, db, body) => saslStart(users, mechanisms, connection, db, body),
    },
  ],
  [
    'saslContinue',
    {
      members: ['conversationId', 'payload'],
      withoutLogin: true,
      run: (_, connection, _db, body) => saslContinue(connection, body),
    },
  ],
  ['usersInfo', { members: ['showAuthenticationRestrictions'], run: usersInfo }],
  ['createUser', { members: ['pwd', 'roles', 'authenticationRestrictions'], run: createUser }],
  ['updateUser', { members: ['pwd'], run: updateUser }],
  ['dropUser', { members: [], run: dropUser }],
  ['find', { members: ['filter', 'limit', 'batchSize', 'singleBatch'], run: find }],
])

/** Answers a command as mongod does, or throws `CommandError`. The first member of the body is the command. */
export function run(database: Database, connection: Connection, body: Body): Body {
  const name = Object.keys(body)[0] ?? ''
  const db = String(body['$db'])
  const row = rows.get(name)
  if (!row) throw new CommandError(59, 'CommandNotFound', `no such command: '${name}'`)
  if (!row.withoutLogin && !connection.user) {
    throw new CommandError(13, 'Unauthorized', `Command ${name} requires authentication`)
  }
  const unknown = Object.keys(body).find((one) => one !== name && !global.has(one) && !row.members.includes(one))
  if (unknown) throw new CommandError(40_415, 'IDLUnknownField', `BSON field '${name}.${unknown}' is an unknown field.`)
  return row.run(database, connection, db, body)
}

function must({ users }: Database, connection: Connection, action: string, db: string, name: string): void {
  const user = connection.user && users.find(connection.user.db, connection.user.name)
  if (user && users.may(user, action, db)) return
  throw new CommandError(13, 'Unauthorized', `not authorized on ${db} to execute command ${name}`)
}

function isSelf(connection: Connection, db: string, name: string): boolean {
  return connection.user?.db === db && connection.user.name === name
}

/** `usersInfo: 'name'` or `{ user, db }`; everybody may look at himself (manual, `usersInfo`, «Required Access»). */
function usersInfo(database: Database, connection: Connection, db: string, body: Body): Body {
  const asked = body['usersInfo']
  const { user: name, db: at } = typeof asked === 'string' ? { user: asked, db } : (asked as Record<string, string>)
  if (typeof name !== 'string' || typeof at !== 'string') throw new CommandError(2, 'BadValue', 'no user is named')
  const restrictions = body['showAuthenticationRestrictions'] === true
  if (restrictions && !database.knowsRestrictions) {
    throw new CommandError(9, 'FailedToParse', 'unknown field showAuthenticationRestrictions')
  }
  if (!isSelf(connection, at, name)) must(database, connection, 'viewUser', at, 'usersInfo')
  const found = database.users.find(at, name)
  return { users: found ? [shown(found, restrictions)] : [] }
}

function shown(user: User, restrictions: boolean): Body {
  const { name, db, roles, verifiers } = user
  const shape = { _id: `${db}.${name}`, user: name, db, roles, mechanisms: [...verifiers.keys()] }
  return restrictions ? { ...shape, authenticationRestrictions: user.restrictions } : shape
}

function passwordOf({ acceptsPassword }: Database, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new CommandError(2, 'BadValue', 'Password cannot be empty')
  if (!acceptsPassword(value)) throw new CommandError(2, 'BadValue', 'The password does not satisfy the policy.')
  return value
}

function createUser(database: Database, connection: Connection, db: string, body: Body): Body {
  const name = nameOf(body['createUser'])
  must(database, connection, 'createUser', db, 'createUser')
  const roles: readonly RoleName[] = database.users.readRoles(body['roles'], db)
  for (const role of roles) must(database, connection, 'grantRole', role.db, 'createUser')
  if (database.users.find(db, name))
    throw new CommandError(51_003, 'Location51003', `User "${name}@${db}" already exists`)
  const restrictions = (body['authenticationRestrictions'] ?? []) as readonly unknown[]
  database.users.put({ name, db, roles, restrictions }, passwordOf(database, body['pwd']))
  return {}
}

/** Another's password needs `changePassword`, one's own at least `changeOwnPassword` (manual, «Privilege Actions»). */
function updateUser(database: Database, connection: Connection, db: string, body: Body): Body {
  const name = nameOf(body['updateUser'])
  const { users } = database
  const self = connection.user && isSelf(connection, db, name) ? users.find(db, name) : undefined
  if (!self || !users.may(self, 'changeOwnPassword', db)) must(database, connection, 'changePassword', db, 'updateUser')
  const user = users.find(db, name)
  if (!user) throw new CommandError(11, 'UserNotFound', `User ${name}@${db} not found`)
  users.put(user, passwordOf(database, body['pwd']))
  return {}
}

function dropUser(database: Database, connection: Connection, db: string, body: Body): Body {
  const name = nameOf(body['dropUser'])
  must(database, connection, 'dropUser', db, 'dropUser')
  if (!database.users.find(db, name)) throw new CommandError(11, 'UserNotFound', `User '${name}@${db}' not found`)
  database.users.remove(db, name)
  return {}
}

function nameOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new CommandError(2, 'BadValue', 'a user must have a name')
}

/** Every collection is empty. */
function find(database: Database, connection: Connection, db: string, body: Body): Body {
  must(database, connection, 'find', db, 'find')
  return { cursor: { id: 0n, ns: `${db}.${String(body['find'])}`, firstBatch: [] } }
}
