import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** Oracle Database, over the driver's thin mode, which needs no client libraries. */
export const oracle: DatabaseEngine = {
  names: ['oracle'],
  port: 1521,
  longestUser: 30,
  // Versions before 12.2 take 30 bytes and no other first character than a letter.
  password: { length: 30, excluded: '/@"\'\\;& ', startsWithLetter: true },
  open: openSession,
}

interface OracleConnection {
  callTimeout: number
  execute(
    sql: string,
    binds?: Readonly<Record<string, string>>,
  ): Promise<{ readonly rows?: readonly (readonly unknown[])[] }>
  close(): Promise<void>
}

interface OracleDriver {
  getConnection(options: Readonly<Record<string, unknown>>): Promise<OracleConnection>
}

async function openSession(login: Login): Promise<DatabaseSession> {
  // The driver brings no types.
  const name: string = 'oracledb'
  const driver = ((await import(name)) as { default: OracleDriver }).default
  const { host, port, user, password, database = 'ORCL', tls, connectMilliseconds, statementMilliseconds } = login
  if (!/^[A-Za-z0-9_.$#-]+$/.test(database)) throw new DatabaseFault('refused', 'dbname')
  const connection = await attempt(() =>
    driver.getConnection({
      user: quoted(user),
      password: password.reveal(),
      connectString: `${tls ? 'tcps' : 'tcp'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`,
      connectTimeout: Math.ceil(connectMilliseconds / 1000),
      transportConnectTimeout: Math.ceil(connectMilliseconds / 1000),
      ...(tls && { sslServerDNMatch: true, ...(tls.ca !== undefined && { walletContent: tls.ca }) }),
    }),
  )
  connection.callTimeout = statementMilliseconds
  const run = (sql: string, binds: Readonly<Record<string, string>> = {}) =>
    attempt(async () => (await connection.execute(sql, binds)).rows ?? [])
  return {
    changeOwnPassword: async (next, present) =>
      void (await run(`ALTER USER ${quoted(user)} IDENTIFIED BY ${secretText(next)} REPLACE ${secretText(present)}`)),
    changePassword: async (other, next) =>
      void (await run(`ALTER USER ${quoted(other)} IDENTIFIED BY ${secretText(next)}`)),
    // A clone is locked until it has all its rights: one that is not whole does not count.
    hasUser: async (other) =>
      (
        await run("SELECT 1 FROM dba_users WHERE username = :name AND account_status NOT LIKE '%LOCKED%'", {
          name: stored(other),
        })
      ).length > 0,
    cloneUser: (from, to, next) => cloneUser(run, from, to, next),
    close: () => connection.close(),
  }
}

/** Names without quotes are stored in capitals; one that could not be written so is taken as it is. */
function stored(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_$#]*$/.test(name) ? name.toUpperCase() : name
}

function quoted(name: string): string {
  // There is no way to write a quote inside.
  if (name.includes('"')) throw new DatabaseFault('refused', 'username')
  return `"${stored(name)}"`
}

function secretText(password: Secret<string>): string {
  const text = password.reveal()
  if (text.includes('"')) throw new DatabaseFault('password-refused', 'quote')
  return `"${text}"`
}

type Run = (sql: string, binds?: Readonly<Record<string, string>>) => Promise<readonly (readonly unknown[])[]>

async function cloneUser(run: Run, from: string, to: string, password: Secret<string>): Promise<void> {
  const name = stored(from)
  const clone = quoted(to)
  const there = await run('SELECT 1 FROM dba_users WHERE username = :name', { name: stored(to) })
  const verb = there.length > 0 ? 'ALTER' : 'CREATE'
  await run(`${verb} USER ${clone} IDENTIFIED BY ${secretText(password)} ACCOUNT LOCK`)
  const option = (yes: unknown) => (yes === 'YES' ? ' WITH ADMIN OPTION' : '')
  for (const [role, admin] of await run('SELECT granted_role, admin_option FROM dba_role_privs WHERE grantee = :name', {
    name,
  }))
    await run(`GRANT ${quoted(String(role))} TO ${clone}${option(admin)}`)
  for (const [privilege, admin] of await run(
    'SELECT privilege, admin_option FROM dba_sys_privs WHERE grantee = :name',
    { name },
  ))
    await run(`GRANT ${String(privilege)} TO ${clone}${option(admin)}`)
  const objects = await run('SELECT privilege, owner, table_name, grantable FROM dba_tab_privs WHERE grantee = :name', {
    name,
  })
  for (const [privilege, owner, object, grantable] of objects) {
    const grant = grantable === 'YES' ? ' WITH GRANT OPTION' : ''
    await run(`GRANT ${String(privilege)} ON "${String(owner)}"."${String(object)}" TO ${clone}${grant}`)
  }
  await run(`ALTER USER ${clone} ACCOUNT UNLOCK`)
}

const loginRefused = new Set([1017, 28_000, 28_001])

/** Numbers of the server («Error messages»): 28003 and 28007 are its password policies. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { errorNum, code } = error as { errorNum?: number; code?: string }
    const number = errorNum ?? Number(/^ORA-(\d{5})$/.exec(code ?? '')?.[1] ?? 0)
    if (loginRefused.has(number)) throw new DatabaseFault('login-refused', code)
    if (number === 28_003 || number === 28_007 || number === 988) throw new DatabaseFault('password-refused', code)
    if (number === 1918) throw new DatabaseFault('user-missing', code)
    throw new DatabaseFault(number > 0 && number !== 1013 && number < 12_000 ? 'refused' : 'unavailable', code)
  }
}
