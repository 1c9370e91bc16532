import type { Connection as TediousConnection, ConnectionConfiguration } from 'tedious'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'
import { cloneLogin } from './sqlserver-clone.ts'
import { literal, quoted, type Run } from './transact-sql.ts'

/** Logins of Microsoft SQL Server. */
export const sqlserver: DatabaseEngine = {
  names: ['sqlserver'],
  port: 1433,
  longestUser: 128,
  password: { length: 32, excluded: '/@"\'\\;{}' },
  open: openSession,
}

async function openSession(login: Login): Promise<DatabaseSession> {
  const driver = (await import('tedious')).default
  const connection = await connect(driver, login)
  const run: Run = (sql, parameters = {}) =>
    new Promise((resolve, reject) => {
      const rows: unknown[][] = []
      const request = new driver.Request(sql, (error) => (error ? reject(faultOf(error)) : resolve(rows)))
      request.on('row', (columns: readonly { readonly value: unknown }[]) =>
        rows.push(columns.map(({ value }) => value)),
      )
      for (const [name, value] of Object.entries(parameters)) request.addParameter(name, driver.TYPES.NVarChar, value)
      connection.execSql(request)
    })
  const { user, database = 'master' } = login
  return {
    changeOwnPassword: async (next, present) =>
      void (await run(
        `ALTER LOGIN ${quoted(user)} WITH PASSWORD = ${literal(next)} OLD_PASSWORD = ${literal(present)}`,
      )),
    changePassword: async (name, next) =>
      void (await run(`ALTER LOGIN ${quoted(name)} WITH PASSWORD = ${literal(next)}`)),
    hasUser: async (name) => (await run('SELECT 1 FROM sys.server_principals WHERE name = @name', { name })).length > 0,
    cloneUser: (from, to, next) => cloneLogin(run, database, from, to, next),
    close: async () => connection.close(),
  }
}

/** How long the server may take to acknowledge that a statement that took too long is given up. */
const cancelMilliseconds = 1_000

function connect(driver: typeof import('tedious'), login: Login): Promise<TediousConnection> {
  const { host, port, user, password, database = 'master', tls, connectMilliseconds, statementMilliseconds } = login
  const configuration: ConnectionConfiguration = {
    server: host,
    authentication: { type: 'default', options: { userName: user, password: password.reveal() } },
    options: {
      port,
      database,
      encrypt: tls !== undefined,
      trustServerCertificate: false,
      ...(tls?.ca !== undefined && { cryptoCredentialsDetails: { ca: tls.ca } }),
      connectTimeout: connectMilliseconds,
      requestTimeout: statementMilliseconds,
      cancelTimeout: cancelMilliseconds,
      // Whoever runs the rotation tries again.
      maxRetriesOnTransientErrors: 0,
      appName: 'keyturn-rotator',
    },
  }
  return new Promise((resolve, reject) => {
    const connection = new driver.Connection(configuration)
    const said: number[] = []
    connection.on('error', () => undefined)
    connection.on('errorMessage', ({ number }: { readonly number: number }) => said.push(number))
    connection.connect((error) => (error ? reject(loginFaultOf(said, error)) : resolve(connection)))
  })
}

const loginFailed = 18_456

/**
 * The driver's error says of every refusal only that there was one. That user or password is wrong is certain where the server said nothing
 * else: a database that cannot be opened is two errors, of which this is the second, and a locked login, a paused server or a firewall have
 * their own numbers («Database engine events and errors»).
 */
function loginFaultOf(said: readonly number[], error: Error): DatabaseFault {
  const other = said.find((number) => number !== loginFailed)
  if (other !== undefined) return new DatabaseFault('refused', other)
  if (said.length > 0) return new DatabaseFault('login-refused', loginFailed)
  return new DatabaseFault('unavailable', (error as { code?: string }).code)
}

/** 15115 to 15119 say what is wrong with a password. 15151 does not say whether a login is missing or may not be changed. */
function faultOf(error: Error): DatabaseFault {
  const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  const numbers = all.map((one) => (one as { number?: number }).number).filter((number) => number !== undefined)
  const [number] = numbers
  if (number === undefined) return new DatabaseFault('unavailable', (error as { code?: string }).code)
  const password = numbers.find((one) => one >= 15_115 && one <= 15_119)
  return password === undefined ? new DatabaseFault('refused', number) : new DatabaseFault('password-refused', password)
}
