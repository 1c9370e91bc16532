import type { MongoClient, MongoClientOptions } from 'mongodb'
import {
  type DatabaseEngine,
  DatabaseFault,
  type DatabaseFaultKind,
  type DatabaseSession,
  type Login,
} from '../database.ts'

/**
 * MongoDB, and Amazon DocumentDB, which keeps to its protocol. Users are those of the database that they log in at. The driver cannot log in
 * as a user with two commas or two equals signs in his name, nor, with SCRAM-SHA-1, with one: such a rotation ends before it changes anything.
 */
export const mongodb: DatabaseEngine = {
  names: ['mongo', 'mongodb', 'documentdb'],
  port: 27_017,
  longestUser: 128,
  password: { length: 32, excluded: '/@"\'\\$ ' },
  open: openSession,
}

type Run = (command: Readonly<Record<string, unknown>>, kinds?: Kinds) => Promise<unknown>

async function openSession(login: Login): Promise<DatabaseSession> {
  const client = await logIn(login)
  const { user, database = 'admin' } = login
  const db = client.db(database)
  const run: Run = (command, kinds = ofCommands) => attempt(() => db.command(command), kinds)
  const change = async (name: string, pwd: string) => void (await run({ updateUser: name, pwd }, ofPasswords))
  return {
    changeOwnPassword: (next) => change(user, next.reveal()),
    changePassword: (name, next) => change(name, next.reveal()),
    hasUser: async (name) => (await find(run, database, name)) !== undefined,
    async cloneUser(from, to, next) {
      const found = await findWithRestrictions(run, database, from)
      if (!found) throw new DatabaseFault('user-missing', 'UserNotFound')
      const { roles, authenticationRestrictions = [] } = found
      const restricted = authenticationRestrictions.length > 0 && { authenticationRestrictions }
      await run({ createUser: to, pwd: next.reveal(), roles, ...restricted }, ofPasswords)
    },
    close: () => client.close(),
  }
}

/**
 * A server says which mechanisms a user has, but not of a user whom it does not know: the driver then takes SCRAM-SHA-256, which Amazon
 * DocumentDB refuses as a mechanism. Only SCRAM-SHA-1 gets to hear there that the user is wrong.
 */
async function logIn(login: Login): Promise<MongoClient> {
  try {
    return await connect(login, {})
  } catch (error) {
    if (!(error instanceof DatabaseFault) || error.kind !== 'refused') throw error
    return connect(login, { authMechanism: 'SCRAM-SHA-1' })
  }
}

async function connect(login: Login, mechanism: Pick<MongoClientOptions, 'authMechanism'>): Promise<MongoClient> {
  const { MongoClient: Driver } = await import('mongodb')
  const { host, port, user, password, database = 'admin', tls, connectMilliseconds, statementMilliseconds } = login
  const client: MongoClient = new Driver(`mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`, {
    ...mechanism,
    auth: { username: user, password: password.reveal() },
    authSource: database,
    appName: 'keyturn-rotator',
    // The server that the secret names and no other: not those that it says are members of its replica set.
    directConnection: true,
    tls: tls !== undefined,
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    connectTimeoutMS: connectMilliseconds,
    serverSelectionTimeoutMS: connectMilliseconds,
    socketTimeoutMS: statementMilliseconds,
    retryWrites: false,
    maxPoolSize: 1,
  })
  try {
    return await attempt(() => client.connect(), ofLogins)
  } catch (error) {
    await client.close().catch(() => undefined)
    throw error
  }
}

interface FoundUser {
  readonly roles: readonly unknown[]
  readonly authenticationRestrictions?: readonly unknown[]
}

async function find(run: Run, db: string, user: string, more: object = {}): Promise<FoundUser | undefined> {
  const { users } = (await run({ usersInfo: { user, db }, ...more })) as { readonly users: readonly FoundUser[] }
  return users[0]
}

/** From where a user may log in belongs to what he may do. A server that does not know the question keeps no such restrictions. */
async function findWithRestrictions(run: Run, db: string, user: string): Promise<FoundUser | undefined> {
  try {
    return await find(run, db, user, { showAuthenticationRestrictions: true })
  } catch (error) {
    if (!(error instanceof DatabaseFault) || error.kind !== 'refused') throw error
    return find(run, db, user)
  }
}

type Kinds = ReadonlyMap<unknown, DatabaseFaultKind>

/** Codes of the server (MongoDB manual, «Error Codes»): AuthenticationFailed, and the one that Atlas has for all its own refusals. */
const ofLogins: Kinds = new Map([
  [18, 'login-refused'],
  [8000, 'login-refused'],
])
/** UserNotFound. */
const ofCommands: Kinds = new Map([[11, 'user-missing']])
/** BadValue and FailedToParse: of all that these commands hold only the password is new. */
const ofPasswords: Kinds = new Map([...ofCommands, [2, 'password-refused'], [9, 'password-refused']])

async function attempt<T>(work: () => Promise<T>, kinds: Kinds): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string }
    if (name !== 'MongoServerError') throw new DatabaseFault('unavailable', code ?? name)
    throw new DatabaseFault(kinds.get(code) ?? 'refused', code ?? name)
  }
}
