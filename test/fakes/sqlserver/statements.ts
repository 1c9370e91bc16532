import {
  addLogin,
  databaseOf,
  type DatabaseState,
  findLogin,
  isOwner,
  isServerMember,
  named,
  passwordFits,
  passwordHash,
  type Permission,
  type ServerPrincipal,
  type ServerState,
  type Session,
} from './catalogue.ts'
import type { Reader } from './lexer.ts'
import { type Grant, parseGrant, runGrant } from './grants.ts'
import { SqlError } from './tokens.ts'

/** Runs against the state of the server, and throws `SqlError`. */
export type Effect = (state: ServerState, session: Session, policy: PasswordPolicy) => void

/** The number of the error that a new password is refused with, where it is. */
export type PasswordPolicy = (login: string, password: string, checked: boolean) => number | undefined

/** A statement that changes logins, users, roles or permissions; nothing where the next words begin none. */
export function parseChange(reader: Reader): Effect | undefined {
  if (reader.takes('ALTER', 'LOGIN')) return parseAlterLogin(reader)
  if (reader.takes('CREATE', 'LOGIN')) return parseCreateLogin(reader)
  if (reader.takes('ALTER', 'SERVER', 'ROLE')) return parseAddMember(reader, addServerMember)
  if (reader.takes('CREATE', 'USER')) return parseCreateUser(reader)
  if (reader.takes('ALTER', 'ROLE')) return parseAddMember(reader, addMember)
  const grant: Grant | undefined = parseGrant(reader)
  return grant && ((state, session) => runGrant(grant, state, session))
}

function readOnOff(reader: Reader): boolean {
  if (reader.takes('ON')) return true
  if (reader.takes('OFF')) return false
  return reader.refuse()
}

function cannot(what: string, name: string): SqlError {
  return new SqlError(15_151, 16, `Cannot ${what} '${name}', because it does not exist or you do not have permission.`)
}

function administersLogins(state: ServerState, session: Session): boolean {
  return isServerMember(state, session.login, 'sysadmin', 'securityadmin')
}

/** ALTER LOGIN name WITH PASSWORD = 'text' [OLD_PASSWORD = 'text'] | CHECK_POLICY = ON | OFF. */
function parseAlterLogin(reader: Reader): Effect {
  const name = reader.name()
  reader.must('WITH')
  if (reader.takes('CHECK_POLICY')) {
    reader.mustSign('=')
    const checks = readOnOff(reader)
    return (state, session) => {
      const login = administersLogins(state, session) ? findLogin(state, name) : undefined
      if (!login) throw cannot('alter the login', name)
      login.checksPolicy = checks
    }
  }
  reader.must('PASSWORD')
  reader.mustSign('=')
  const password = reader.read('text')
  let old: string | undefined
  if (reader.takes('OLD_PASSWORD')) {
    reader.mustSign('=')
    old = reader.read('text')
  }
  return (state, session, policy) => {
    const login = findLogin(state, name)
    if (!login || !mayChange(state, session, login, old)) throw cannot('alter the login', name)
    mustFit(policy, login.name, password, login.checksPolicy)
    login.password = passwordHash(password)
  }
}

/** Who has not ALTER ANY LOGIN may change his own password alone, and must know it («ALTER LOGIN (Transact-SQL)», «Permissions»). */
function mayChange(state: ServerState, session: Session, login: ServerPrincipal, old: string | undefined): boolean {
  if (old !== undefined && !passwordFits(login, old)) return false
  return administersLogins(state, session) || (login.id === session.login && old !== undefined)
}

function mustFit(policy: PasswordPolicy, login: string, password: string, checked: boolean): void {
  const refused = policy(login, password, checked)
  if (refused !== undefined) throw new SqlError(refused, 16, 'Password validation failed.')
}

/** CREATE LOGIN name WITH PASSWORD = 'text' [, option = value …]. */
function parseCreateLogin(reader: Reader): Effect {
  const name = reader.name()
  reader.must('WITH', 'PASSWORD')
  reader.mustSign('=')
  const password = reader.read('text')
  const options: { defaultDatabase?: string; defaultLanguage?: string; checksPolicy?: boolean } = {}
  while (reader.takesSign(',')) {
    const option = (['DEFAULT_DATABASE', 'DEFAULT_LANGUAGE', 'CHECK_POLICY'] as const).find((one) => reader.takes(one))
    reader.mustSign('=')
    if (option === 'DEFAULT_DATABASE') options.defaultDatabase = reader.name()
    else if (option === 'DEFAULT_LANGUAGE') options.defaultLanguage = reader.name()
    else if (option === 'CHECK_POLICY') options.checksPolicy = readOnOff(reader)
    else reader.refuse()
  }
  return (state, session, policy) => {
    if (!administersLogins(state, session))
      throw new SqlError(15_247, 16, 'User does not have permission to perform this action.')
    if (named(state.principals, name)) throw new SqlError(15_025, 16, `The server principal '${name}' already exists.`)
    mustFit(policy, name, password, options.checksPolicy ?? true)
    addLogin(state, name, password, options)
  }
}

type AddMember = (state: ServerState, session: Session, role: string, member: string) => void

/** ALTER [SERVER] ROLE name ADD MEMBER name. */
function parseAddMember(reader: Reader, add: AddMember): Effect {
  const role = reader.name()
  reader.must('ADD', 'MEMBER')
  const member = reader.name()
  return (state, session) => add(state, session, role, member)
}

/** Only a member of a fixed server role, or of sysadmin, adds to it («ALTER SERVER ROLE (Transact-SQL)», «Permissions»). */
function addServerMember(state: ServerState, session: Session, role: string, member: string): void {
  const found = named(state.principals, role)
  if (found?.type !== 'R' || !isServerMember(state, session.login, 'sysadmin', found.name)) {
    throw cannot('alter the server role', role)
  }
  const login = findLogin(state, member)
  if (!login) throw cannot('add the principal', member)
  state.members.push({ role: found.id, member: login.id })
}

function addMember(state: ServerState, session: Session, role: string, member: string): void {
  const here = databaseOf(state, session)
  const found = named(here.principals, role)
  if (found?.type !== 'R' || !isOwner(state, session)) throw cannot('alter the role', role)
  const user = named(here.principals, member)
  if (!user) throw cannot('add the principal', member)
  here.members.push({ role: found.id, member: user.id })
}

/** CREATE USER name FOR LOGIN name [WITH DEFAULT_SCHEMA = name]. A new user may connect. */
function parseCreateUser(reader: Reader): Effect {
  const name = reader.name()
  reader.must('FOR', 'LOGIN')
  const loginName = reader.name()
  let defaultSchema = 'dbo'
  if (reader.takes('WITH', 'DEFAULT_SCHEMA')) {
    reader.mustSign('=')
    defaultSchema = reader.name()
  }
  return (state, session) => {
    const here: DatabaseState = databaseOf(state, session)
    if (!isOwner(state, session))
      throw new SqlError(15_247, 16, 'User does not have permission to perform this action.')
    const login = findLogin(state, loginName)
    if (!login) throw new SqlError(15_007, 16, `'${loginName}' is not a valid login or you do not have permission.`)
    if (named(here.principals, name)) throw new SqlError(15_023, 16, `User, group, or role '${name}' already exists.`)
    const id = state.nextId++
    here.principals.push({ id, name, sid: login.sid, type: 'S', defaultSchema })
    const connect: Permission = { class: 0, majorId: 0, minorId: 0, grantee: id, permission: 'CONNECT', state: 'GRANT' }
    here.permissions.push(connect)
  }
}
