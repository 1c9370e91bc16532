import type { Connection as TediousConnection, ConnectionConfiguration } from 'tedious'
import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** Logins of Microsoft SQL Server. */
export const sqlserver: DatabaseEngine = {
  names: ['sqlserver'],
  port: 1433,
  longestUser: 128,
  password: { length: 32, excluded: '/@"\'\\;{}' },
  open: openSession,
}

type Rows = readonly (readonly unknown[])[]
type Run = (sql: string, parameters?: Readonly<Record<string, string>>) => Promise<Rows>

async function openSession(login: Login): Promise<DatabaseSession> {
  const driver = (await import('tedious')).default
  const connection = await attempt(() => connect(driver, login))
  const run: Run = (sql, parameters = {}) =>
    attempt(
      () =>
        new Promise((resolve, reject) => {
          const rows: unknown[][] = []
          const request = new driver.Request(sql, (error) => (error ? reject(error) : resolve(rows)))
          request.on('row', (columns: readonly { readonly value: unknown }[]) =>
            rows.push(columns.map(({ value }) => value)),
          )
          for (const [name, value] of Object.entries(parameters))
            request.addParameter(name, driver.TYPES.NVarChar, value)
          connection.execSql(request)
        }),
    )
  const { user } = login
  return {
    changeOwnPassword: async (next, present) =>
      void (await run(
        `ALTER LOGIN ${quoted(user)} WITH PASSWORD = ${literal(next)} OLD_PASSWORD = ${literal(present)}`,
      )),
    changePassword: async (name, next) =>
      void (await run(`ALTER LOGIN ${quoted(name)} WITH PASSWORD = ${literal(next)}`)),
    hasUser: async (name) => (await run('SELECT 1 FROM sys.server_principals WHERE name = @name', { name })).length > 0,
    cloneUser: (from, to, next) => cloneLogin(run, from, to, next),
    close: async () => connection.close(),
  }
}

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
      appName: 'keyturn-rotator',
    },
  }
  return new Promise((resolve, reject) => {
    const connection = new driver.Connection(configuration)
    connection.on('error', () => undefined)
    connection.connect((error) => (error ? reject(error) : resolve(connection)))
  })
}

function quoted(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`
}

function literal(password: Secret<string>): string {
  return `N'${password.reveal().replaceAll("'", "''")}'`
}

/** Login, user, roles and permissions of the database that the lender is logged in at, all or none of them. */
async function cloneLogin(run: Run, from: string, to: string, password: Secret<string>): Promise<void> {
  const serverRoles = await run(
    'SELECT r.name FROM sys.server_role_members m JOIN sys.server_principals r ON r.principal_id = m.role_principal_id JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE p.name = @name',
    { name: from },
  )
  const roles = await run(
    'SELECT r.name FROM sys.database_role_members m JOIN sys.database_principals r ON r.principal_id = m.role_principal_id JOIN sys.database_principals p ON p.principal_id = m.member_principal_id WHERE SUSER_SNAME(p.sid) = @name',
    { name: from },
  )
  const permissions = await run(
    "SELECT d.state_desc, d.permission_name, CASE d.class WHEN 1 THEN QUOTENAME(OBJECT_SCHEMA_NAME(d.major_id)) + '.' + QUOTENAME(OBJECT_NAME(d.major_id)) WHEN 3 THEN 'SCHEMA::' + QUOTENAME(SCHEMA_NAME(d.major_id)) END FROM sys.database_permissions d JOIN sys.database_principals p ON p.principal_id = d.grantee_principal_id WHERE SUSER_SNAME(p.sid) = @name AND d.class IN (0, 1, 3) AND d.minor_id = 0",
    { name: from },
  )
  const known =
    (await run('SELECT 1 FROM sys.database_principals WHERE SUSER_SNAME(sid) = @name', { name: from })).length > 0
  const clone = quoted(to)
  const statements = [
    `CREATE LOGIN ${clone} WITH PASSWORD = ${literal(password)}`,
    ...serverRoles.map(([role]) => `ALTER SERVER ROLE ${quoted(String(role))} ADD MEMBER ${clone}`),
    ...(known ? [`CREATE USER ${clone} FOR LOGIN ${clone}`] : []),
    ...roles.map(([role]) => `ALTER ROLE ${quoted(String(role))} ADD MEMBER ${clone}`),
    ...permissions.map(permissionFor(clone)),
  ]
  await run(`SET XACT_ABORT ON; BEGIN TRANSACTION; ${statements.join('; ')}; COMMIT TRANSACTION`)
}

const permissionFor =
  (clone: string) =>
  ([state, permission, securable]: readonly unknown[]): string => {
    const on = typeof securable === 'string' ? ` ON ${securable}` : ''
    const grantOption = state === 'GRANT_WITH_GRANT_OPTION'
    return `${state === 'DENY' ? 'DENY' : 'GRANT'} ${String(permission)}${on} TO ${clone}${grantOption ? ' WITH GRANT OPTION' : ''}`
  }

/** Numbers of the server («Database engine events and errors»): 15114 to 15119 are the policy of Windows for passwords. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, number } = error as { code?: string; number?: number }
    if (code === 'ELOGIN' || number === 18_456) throw new DatabaseFault('login-refused', number ?? code)
    if (number !== undefined && number >= 15_114 && number <= 15_119)
      throw new DatabaseFault('password-refused', number)
    if (number === 15_151) throw new DatabaseFault('user-missing', number)
    throw new DatabaseFault(number === undefined ? 'unavailable' : 'refused', number ?? code)
  }
}
