import type { Db, MongoClient } from 'mongodb'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** MongoDB, and Amazon DocumentDB, which keeps to its protocol. Users are those of the database that they log in at. */
export const mongodb: DatabaseEngine = {
  names: ['mongo', 'mongodb', 'documentdb'],
  port: 27_017,
  longestUser: 128,
  password: { length: 32, excluded: '/@"\'\\$ ' },
  open: openSession,
}

async function openSession(login: Login): Promise<DatabaseSession> {
  const { MongoClient: Driver } = await import('mongodb')
  const { host, port, user, password, database = 'admin', tls, connectMilliseconds, statementMilliseconds } = login
  const client: MongoClient = new Driver(`mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`, {
    auth: { username: user, password: password.reveal() },
    authSource: database,
    appName: 'keyturn-rotator',
    tls: tls !== undefined,
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    connectTimeoutMS: connectMilliseconds,
    serverSelectionTimeoutMS: connectMilliseconds,
    socketTimeoutMS: statementMilliseconds,
    retryWrites: false,
    maxPoolSize: 1,
  })
  await attempt(async () => void (await client.connect())).catch(async (error: unknown) => {
    await client.close().catch(() => undefined)
    throw error
  })
  const db = client.db(database)
  const run = (command: Readonly<Record<string, unknown>>) => attempt(() => db.command(command))
  return {
    changeOwnPassword: async (next) => void (await run({ updateUser: user, pwd: next.reveal() })),
    changePassword: async (name, next) => void (await run({ updateUser: name, pwd: next.reveal() })),
    hasUser: async (name) => (await attempt(() => usersOf(db, name))).length > 0,
    async cloneUser(from, to, next) {
      const [found] = await attempt(() => usersOf(db, from))
      if (!found) throw new DatabaseFault('user-missing', 'UserNotFound')
      await run({ createUser: to, pwd: next.reveal(), roles: found.roles })
    },
    close: () => client.close(),
  }
}

async function usersOf(db: Db, name: string) {
  const { users } = (await db.command({ usersInfo: { user: name, db: db.databaseName } })) as unknown as {
    readonly users: readonly { readonly roles: readonly unknown[] }[]
  }
  return users
}

/** Codes of the server (MongoDB manual, «Error Codes»). */
const authenticationFailed = 18
const unsuitable = new Set([2, 7, 9])
const userNotFound = 11

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string }
    if (code === authenticationFailed || (code === 8000 && name === 'MongoServerError'))
      throw new DatabaseFault('login-refused', code)
    if (code === userNotFound) throw new DatabaseFault('user-missing', code)
    if (typeof code === 'number' && unsuitable.has(code)) throw new DatabaseFault('password-refused', code)
    throw new DatabaseFault(name === 'MongoServerError' ? 'refused' : 'unavailable', code ?? name)
  }
}
