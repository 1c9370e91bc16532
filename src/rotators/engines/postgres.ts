import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Client } from 'pg'
import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'

/** PostgreSQL, and what keeps to its protocol and its roles. */
export const postgres: DatabaseEngine = {
  names: ['postgres', 'aurora-postgresql', 'postgresql'],
  port: 5432,
  longestUser: 63,
  password: { length: 32, excluded: '/@"\'\\' },
  open: (login) => openSession(login, roles),
}

/** Redshift keeps users and groups as PostgreSQL 8 did: rights are copied by group. */
export const redshift: DatabaseEngine = {
  names: ['redshift'],
  port: 5439,
  longestUser: 127,
  password: { length: 32, excluded: '/@"\'\\ ' },
  open: (login) => openSession(login, groups),
}

/** How one user gets what another may do. */
interface Dialect {
  readonly findUser: string
  clone(client: Client, from: string, to: string): Promise<void>
}

const roles: Dialect = {
  findUser: 'SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1',
  // A member may do what the role may; what the clone makes belongs to the clone, as with AWS's templates.
  clone: async (client, from, to) => void (await client.query(`GRANT ${quoted(from)} TO ${quoted(to)}`)),
}

const groups: Dialect = {
  findUser: 'SELECT 1 FROM pg_catalog.pg_user WHERE usename = $1',
  async clone(client, from, to) {
    const found = await client.query<{ groname: string }>(
      'SELECT g.groname FROM pg_catalog.pg_group g, pg_catalog.pg_user u WHERE u.usesysid = ANY(g.grolist) AND u.usename = $1',
      [from],
    )
    for (const { groname } of found.rows) {
      await client.query(`ALTER GROUP ${quoted(groname)} ADD USER ${quoted(to)}`)
    }
  },
}

async function openSession(login: Login, dialect: Dialect): Promise<DatabaseSession> {
  const { Client: Driver } = (await import('pg')).default
  const { host, port, user, password, database = 'postgres', tls, connectMilliseconds, statementMilliseconds } = login
  const client = new Driver({
    host,
    port,
    user,
    password: password.reveal(),
    database,
    ssl: tls && { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) },
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: statementMilliseconds,
    application_name: 'keyturn-rotator',
  })
  // A connection that breaks between two statements is told of by the next one.
  client.on('error', () => undefined)
  await attempt(() => client.connect())
  const alter = async (role: string, next: Secret<string>) => {
    const verifier = await verifierFor(client, role, next)
    await client.query(`ALTER USER ${quoted(role)} PASSWORD ${literal(verifier)}`)
  }
  return {
    changeOwnPassword: (next) => attempt(() => alter(user, next)),
    changePassword: (role, next) => attempt(() => alter(role, next)),
    hasUser: (role) => attempt(async () => (await client.query(dialect.findUser, [role])).rows.length > 0),
    cloneUser: (from, to, next) =>
      attempt(async () => {
        const verifier = await verifierFor(client, to, next)
        await client.query('BEGIN')
        await client.query(`CREATE USER ${quoted(to)} PASSWORD ${literal(verifier)}`)
        await dialect.clone(client, from, to)
        await client.query('COMMIT')
      }),
    close: () => client.end(),
  }
}

/** A role's name in a statement: the quotes in it are doubled, and no other character ends it. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text of ours, which has no quotes: it is checked, because nothing else may come here. */
function literal(text: string): string {
  if (!/^[A-Za-z0-9+/=:$-]+$/.test(text)) throw new DatabaseFault('refused', 'verifier')
  return `'${text}'`
}

/**
 * What the server would store for a password, computed here, so that no statement, and no log of statements, holds the password
 * (PostgreSQL manual, «CREATE ROLE»): SCRAM-SHA-256 (RFC 7677), or MD5 where the server still keeps its passwords so.
 */
async function verifierFor(client: Client, user: string, password: Secret<string>): Promise<string> {
  const shown = await client.query<{ password_encryption: string }>('SHOW password_encryption').catch(() => undefined)
  if (shown?.rows[0]?.password_encryption === 'scram-sha-256') return scramVerifier(password)
  return `md5${createHash('md5').update(password.reveal()).update(user).digest('hex')}`
}

const iterations = 4096

async function scramVerifier(password: Secret<string>): Promise<string> {
  const salt = randomBytes(16)
  const salted = await promisify(pbkdf2)(password.reveal(), salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/** SQLSTATE classes (PostgreSQL manual, appendix A). */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseFault) throw error
    const { code } = error as { code?: unknown }
    const state = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
    if (state?.startsWith('28')) throw new DatabaseFault('login-refused', state)
    // Modules that check passwords refuse with invalid_parameter_value.
    if (state === '22023' || state === '28P02') throw new DatabaseFault('password-refused', state)
    if (state === '42704') throw new DatabaseFault('user-missing', state)
    if (state === undefined || /^(?:08|53|57|58)/.test(state)) throw new DatabaseFault('unavailable', code)
    throw new DatabaseFault('refused', state)
  }
}
