import type { Release } from './release.ts'
import type { Grant, GrantObject, UserStatement } from './statements.ts'
import { OracleError } from './tokens.ts'
import { makeVerifier, matches, type Verifier } from './verifier.ts'

export interface ObjectGrant extends GrantObject {
  readonly privilege: string
  readonly grantable: boolean
  readonly hierarchy: boolean
}

/** Who may have privileges: a user or a role. */
export interface Grantee {
  readonly name: string
  /** By name, and whether it may be passed on. */
  readonly privileges: Map<string, boolean>
  readonly roles: Map<string, boolean>
  readonly objects: ObjectGrant[]
}

export interface User extends Grantee {
  verifier: Verifier
  readonly earlier: Verifier[]
  profile: string
  locked: boolean
  /** How many logins in a row were refused: the tenth locks. */
  failures: number
  expired: boolean
}

export interface Profile {
  /** Says what is wrong with a password. */
  readonly verify?: (password: string) => string | undefined
  readonly refusesEarlier?: boolean
}

/** What the server knows: no schema but the objects that privileges name. */
export interface Database {
  readonly release: Release
  readonly users: Map<string, User>
  readonly roles: Map<string, Grantee>
  readonly profiles: Map<string, Profile>
  /** As `TYPE OWNER.NAME`. */
  readonly objects: Set<string>
}

export function openDatabase(release: Release): Database {
  return { release, users: new Map(), roles: new Map(), profiles: new Map([['DEFAULT', {}]]), objects: new Set() }
}

export function addRole(database: Database, name: string): Grantee {
  const role: Grantee = { name, privileges: new Map(), roles: new Map(), objects: [] }
  database.roles.set(name, role)
  return role
}

export function addUser(database: Database, name: string, password: string): User {
  const user: User = {
    name,
    privileges: new Map(),
    roles: new Map(),
    objects: [],
    verifier: makeVerifier(password),
    earlier: [],
    profile: 'DEFAULT',
    locked: false,
    failures: 0,
    expired: false,
  }
  database.users.set(name, user)
  return user
}

/** Everybody whose privileges somebody has: himself, and his roles and theirs. */
function* walk(database: Database, grantee: Grantee): Generator<Grantee> {
  yield grantee
  for (const name of grantee.roles.keys()) {
    const role = database.roles.get(name)
    if (role) yield* walk(database, role)
  }
}

export function has(database: Database, user: User, privilege: string): boolean {
  return [...walk(database, user)].some(({ privileges }) => privileges.has(privilege))
}

export function mayUse(database: Database, user: User, privilege: string, owner: string, name: string): boolean {
  return [...walk(database, user)].some(({ objects }) =>
    objects.some((one) => one.privilege === privilege && one.owner === owner && one.name === name && !one.column),
  )
}

function must(database: Database, user: User, privilege: string): void {
  if (!has(database, user, privilege)) throw new OracleError(1031, 'insufficient privileges')
}

export function createUser(database: Database, by: User, statement: UserStatement): void {
  must(database, by, 'CREATE USER')
  const { user: name, password = '', profile = 'DEFAULT', account } = statement
  if (database.users.has(name) || database.roles.has(name)) {
    throw new OracleError(1920, `user name '${name}' conflicts with another user or role name`)
  }
  checkProfile(database, profile)
  checkPassword(database, profile, password, [])
  const user = addUser(database, name, password)
  user.profile = profile
  user.locked = account === 'lock'
}

/**
 * Everybody may change his own password (SQL Language Reference, «ALTER USER»), with the present one if his profile has a function that
 * verifies passwords (ORA-28221); all else needs the privilege.
 */
export function alterUser(database: Database, by: User, statement: UserStatement): void {
  const { user: name, password, replaced, account, profile } = statement
  const privileged = has(database, by, 'ALTER USER')
  const own = name === by.name
  if (!privileged && (!own || account !== undefined || profile !== undefined)) {
    throw new OracleError(1031, 'insufficient privileges')
  }
  const user = database.users.get(name)
  if (!user) throw new OracleError(1918, `user '${name}' does not exist`)
  if (profile !== undefined) checkProfile(database, profile)
  if (password !== undefined) {
    const verifies = database.profiles.get(user.profile)?.verify !== undefined
    if (!privileged && verifies && replaced === undefined) throw new OracleError(28_221, 'REPLACE not specified')
    if (own && replaced !== undefined && !matches(user.verifier, replaced)) {
      throw new OracleError(28_008, 'invalid old password')
    }
    checkPassword(database, profile ?? user.profile, password, [user.verifier, ...user.earlier])
    user.earlier.unshift(user.verifier)
    user.verifier = makeVerifier(password)
    user.expired = false
  }
  if (profile !== undefined) user.profile = profile
  if (account !== undefined) {
    user.locked = account === 'lock'
    user.failures = 0
  }
}

function checkProfile(database: Database, profile: string): void {
  if (!database.profiles.has(profile)) throw new OracleError(2380, `profile ${profile} does not exist`)
}

function checkPassword(database: Database, profile: string, password: string, earlier: readonly Verifier[]): void {
  const { verify, refusesEarlier } = database.profiles.get(profile) ?? {}
  if (refusesEarlier && earlier.some((verifier) => matches(verifier, password))) {
    throw new OracleError(28_007, 'the password cannot be reused')
  }
  const wrong = verify?.(password)
  if (wrong === undefined) return
  throw new OracleError(28_003, `password verification for the specified password failed\nORA-20001: ${wrong}`)
}

const systemPrivileges = new Set([
  'ALTER USER',
  'CREATE SESSION',
  'CREATE TABLE',
  'CREATE USER',
  'GRANT ANY OBJECT PRIVILEGE',
  'GRANT ANY PRIVILEGE',
  'GRANT ANY ROLE',
  'SELECT ANY DICTIONARY',
  'UNLIMITED TABLESPACE',
])

export function grant(database: Database, by: User, { what, on, to, options }: Grant): void {
  const grantee = database.users.get(to) ?? database.roles.get(to)
  if (!grantee) throw new OracleError(1917, `user or role '${to}' does not exist`)
  if (on) {
    if (!database.objects.has(`${on.type} ${on.owner}.${on.name}`)) {
      throw on.type === 'DIRECTORY'
        ? new OracleError(22_930, 'directory does not exist')
        : new OracleError(942, 'table or view does not exist')
    }
    must(database, by, 'GRANT ANY OBJECT PRIVILEGE')
    const [grantable, hierarchy] = [options.includes('GRANT'), options.includes('HIERARCHY')]
    grantee.objects.push({ ...on, privilege: what, grantable, hierarchy })
    return
  }
  const admin = options.includes('ADMIN')
  if (systemPrivileges.has(what)) {
    must(database, by, 'GRANT ANY PRIVILEGE')
    grantee.privileges.set(what, admin)
    return
  }
  if (!database.roles.has(what)) {
    throw what.includes(' ')
      ? new OracleError(990, 'missing or invalid privilege')
      : new OracleError(1919, `role '${what}' does not exist`)
  }
  must(database, by, 'GRANT ANY ROLE')
  grantee.roles.set(what, admin)
}
