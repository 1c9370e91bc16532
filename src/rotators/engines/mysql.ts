import type { RowDataPacket } from 'mysql2/promise'
import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** MySQL and MariaDB. */
export const mysql: DatabaseEngine = {
  names: ['mysql', 'mariadb', 'aurora-mysql'],
  port: 3306,
  longestUser: 32,
  password: { length: 32, excluded: '/@"\'\\' },
  open: openSession,
}

async function openSession(login: Login): Promise<DatabaseSession> {
  const driver = (await import('mysql2/promise')).default
  const { host, port, user, password, tls, connectMilliseconds, statementMilliseconds } = login
  const connection = await attempt(async () => {
    const opened = await driver.createConnection({
      host,
      port,
      user,
      password: password.reveal(),
      ...(tls && { ssl: { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) } }),
      connectTimeout: connectMilliseconds,
      multipleStatements: false,
    })
    opened.on('error', () => undefined)
    return opened
  })
  const run = <T extends RowDataPacket[]>(sql: string) =>
    attempt(async () => (await connection.query<T>({ sql, timeout: statementMilliseconds }))[0])
  // How texts are quoted depends on the mode; without these two only a quote and a backslash are special.
  await run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
  const [about] = await run<(RowDataPacket & { version: string })[]>('SELECT VERSION() AS version')
  const mariadb = about?.version.includes('MariaDB') ?? false
  const hostsOf = async (name: string) =>
    (
      await run<(RowDataPacket & { host: string })[]>(`SELECT host AS host FROM mysql.user WHERE user = ${text(name)}`)
    ).map(({ host: one }) => one)
  // MariaDB says why it refuses a password only to the first of these.
  const setPassword = async (of: string, next: Secret<string>) =>
    void (await run(
      mariadb
        ? `SET PASSWORD FOR ${of} = PASSWORD(${text(next.reveal())})`
        : `ALTER USER ${of} IDENTIFIED BY ${text(next.reveal())}`,
    ))
  return {
    async changeOwnPassword(next) {
      if (mariadb) await run(`SET PASSWORD = PASSWORD(${text(next.reveal())})`)
      else await run(`ALTER USER USER() IDENTIFIED BY ${text(next.reveal())}`)
    },
    async changePassword(name, next) {
      const hosts = await hostsOf(name)
      if (hosts.length === 0) throw new DatabaseFault('user-missing', 'ER_NO_SUCH_USER')
      for (const one of hosts) await setPassword(account(name, one), next)
    },
    // A clone is locked until it has all its rights: one that is not whole does not count.
    async hasUser(name) {
      const hosts = await hostsOf(name)
      for (const one of hosts) {
        const rows = await run<RowDataPacket[]>(`SHOW CREATE USER ${account(name, one)}`)
        if (/\bACCOUNT LOCK\b/.test(String(Object.values(rows[0] ?? {})[0]))) return false
      }
      return hosts.length > 0
    },
    async cloneUser(from, to, next) {
      for (const one of await hostsOf(from)) {
        const clone = account(to, one)
        await copyRights(run, account(from, one), clone)
        await setPassword(clone, next)
        await run(`ALTER USER ${clone} ACCOUNT UNLOCK`)
      }
    },
    close: () => connection.end(),
  }
}

/** A text in a statement, under the mode that the session was set to. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function account(name: string, host: string): string {
  return `${text(name)}@${text(host)}`
}

type Run = <T extends RowDataPacket[]>(sql: string) => Promise<T>

/**
 * Statements about users commit by themselves: the account is made locked, gets its rights and then its password, and is opened last, so
 * that a clone that can log in is a whole one.
 */
async function copyRights(run: Run, from: string, clone: string): Promise<void> {
  await run(`CREATE USER IF NOT EXISTS ${clone} ACCOUNT LOCK`)
  for (const row of await run<RowDataPacket[]>(`SHOW GRANTS FOR ${from}`)) {
    const grant = grantFor(String(Object.values(row)[0]), clone)
    if (grant !== undefined) await run(grant)
  }
}

/** The statement that gives another account what `SHOW GRANTS` says of one: who it was given to is replaced, and how he logs in goes. */
export function grantFor(shown: string, clone: string): string | undefined {
  const found =
    /^(GRANT .*) TO (?:'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`)@(?:'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`)(.*)$/s.exec(shown)
  if (!found) return undefined
  const options = /\bWITH\b[^'"]*$/.exec(found[2] ?? '')?.[0] ?? ''
  return `${found[1]} TO ${clone}${options === '' ? '' : ` ${options}`}`
}

const loginCodes = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
])
const policyCodes = new Set(['ER_NOT_VALID_PASSWORD', 'ER_CREDENTIALS_CONTRADICT_TO_HISTORY'])

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, errno } = error as { code?: string; errno?: number }
    if (code !== undefined && loginCodes.has(code)) throw new DatabaseFault('login-refused', code)
    // Error 1819 of MySQL and of MariaDB's password checks.
    if (errno === 1819 || (code !== undefined && policyCodes.has(code)))
      throw new DatabaseFault('password-refused', code)
    throw new DatabaseFault(code?.startsWith('ER_') ? 'refused' : 'unavailable', code)
  }
}
