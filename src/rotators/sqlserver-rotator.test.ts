import tedious from 'tedious'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeSqlserver, type FakeSqlserverOptions, startFakeSqlserver } from '../../test/fakes/sqlserver.ts'
import { localhost } from '../../test/tls/certificate.ts'
import { Secret } from '../base/secret.ts'
import type { Login } from './database.ts'
import { disturbanceConformance, encryptionConformance } from './disturbance-conformance.ts'
import { sqlserver } from './engines/sqlserver.ts'
import { rotatorConformance, type RotatorTarget } from './rotator-conformance.ts'

const quoted = (name: string) => `[${name.replaceAll(']', ']]')}]`

const text = (value: string) => `N'${value.replaceAll("'", "''")}'`

interface As {
  readonly user: string
  readonly password: string
  readonly database?: string
}

type Rows = readonly (readonly unknown[])[]

/** Runs statements as a login of the server, through the driver as it is. */
function run(server: FakeSqlserver, { user, password, database = 'app' }: As, ...statements: string[]): Promise<Rows> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = []
    const options = { port: server.port, database, encrypt: server.encrypted, maxRetriesOnTransientErrors: 0 }
    const connection = new tedious.Connection({
      server: '127.0.0.1',
      authentication: { type: 'default', options: { userName: user, password } },
      options: { ...options, cryptoCredentialsDetails: { ca: localhost.cert } },
    })
    const end = (error?: Error | null) => {
      connection.close()
      if (error) reject(error)
      else resolve(rows)
    }
    connection.on('error', () => undefined)
    connection.connect((failed) => {
      if (failed) return end(failed)
      const request = new tedious.Request(statements.join('\n'), end)
      request.on('row', (columns: readonly { readonly value: unknown }[]) =>
        rows.push(columns.map(({ value }) => value)),
      )
      connection.execSqlBatch(request)
    })
  })
}

async function makeUser(server: FakeSqlserver, name: string, password: string, ...more: string[]): Promise<void> {
  await run(
    server,
    server,
    `CREATE LOGIN ${quoted(name)} WITH PASSWORD = ${text(password)}, DEFAULT_DATABASE = app, CHECK_POLICY = OFF`,
    `ALTER LOGIN ${quoted(name)} WITH CHECK_POLICY = ON`,
    `CREATE USER ${quoted(name)} FOR LOGIN ${quoted(name)}`,
    `GRANT SELECT ON dbo.things TO ${quoted(name)}`,
    ...more,
  )
}

const targetOf = (server: FakeSqlserver): RotatorTarget => ({
  engine: sqlserver,
  port: server.port,
  members: { dbname: 'app' },
  admin: { user: server.user, password: server.password },
  makeUser: (name, password) => makeUser(server, name, password),
  use: async (user, password) => void (await run(server, { user, password }, 'SELECT * FROM dbo.things')),
})

const requests = { change: 'ALTER LOGIN', clone: 'SET XACT_ABORT ON', login: 'LOGIN7' } as const

describe('SQL Server, as a protocol fake', () => {
  let server: FakeSqlserver
  let encrypted: FakeSqlserver
  beforeAll(async () => {
    server = await startFakeSqlserver()
    encrypted = await startFakeSqlserver({ tls: localhost })
  })
  afterAll(async () => {
    await server?.stop()
    await encrypted?.stop()
  })

  rotatorConformance('sqlserver', () => targetOf(server))
  disturbanceConformance('sqlserver', () => ({
    ...targetOf(server),
    disturb: (request, how) => server.disturb(requests[request], how),
    refusePasswords: (count) => server.refusePasswords(count),
  }))
  encryptionConformance('sqlserver', () => ({ ...targetOf(encrypted), ca: localhost.cert }))
})

async function withServer(options: FakeSqlserverOptions, work: (server: FakeSqlserver) => Promise<void>) {
  const server = await startFakeSqlserver(options)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

function loginOf({ port, user, password }: FakeSqlserver, more: Partial<Login> = {}): Login {
  const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
  const place = { host: '127.0.0.1', port, database: 'app', tls: undefined }
  return { ...place, ...limits, user, password: new Secret(password), ...more }
}

const password = new Secret('Second-password-2')
const clone = { user: 'original_clone', password: 'Second-password-2' }

async function cloneOriginal(server: FakeSqlserver): Promise<void> {
  const session = await sqlserver.open(loginOf(server))
  try {
    await session.cloneUser('original', 'original_clone', password)
  } finally {
    await session.close()
  }
}

const rightsOf = (server: FakeSqlserver, user: string) =>
  run(
    server,
    server,
    `SELECT d.class, d.major_id, d.minor_id, d.permission_name, d.state_desc FROM sys.database_permissions d
      JOIN sys.database_principals p ON p.principal_id = d.grantee_principal_id WHERE p.name = '${user}'
      ORDER BY d.class, d.major_id, d.minor_id`,
    `SELECT r.name FROM sys.database_role_members m
      JOIN sys.database_principals r ON r.principal_id = m.role_principal_id
      JOIN sys.database_principals p ON p.principal_id = m.member_principal_id WHERE p.name = '${user}'`,
    `SELECT r.name FROM sys.server_role_members m
      JOIN sys.server_principals r ON r.principal_id = m.role_principal_id
      JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE p.name = '${user}'`,
    `SELECT d.class, d.permission_name, d.state_desc FROM sys.server_permissions d
      JOIN sys.server_principals p ON p.principal_id = d.grantee_principal_id WHERE p.name = '${user}'`,
    `SELECT default_schema_name FROM sys.database_principals WHERE name = '${user}'`,
    `SELECT default_database_name, default_language_name FROM sys.server_principals WHERE name = '${user}'`,
  )

test('a second login has what the first one has, denials and exempt columns included', () =>
  withServer({}, async (server) => {
    await run(
      server,
      server,
      `CREATE LOGIN original WITH PASSWORD = N'First-password-1', DEFAULT_DATABASE = [app], DEFAULT_LANGUAGE = Deutsch`,
      'CREATE USER original FOR LOGIN original WITH DEFAULT_SCHEMA = [sales]]]',
      'ALTER SERVER ROLE processadmin ADD MEMBER original',
      'ALTER ROLE [app]]role] ADD MEMBER original',
      'GRANT SELECT ON dbo.things TO original',
      'DENY SELECT ON dbo.things (secret) TO original',
      "GRANT SELECT ON dbo.[o'things]]] TO original",
      "REVOKE SELECT ON dbo.[o'things]]] ([se]]cret]) FROM original",
      'GRANT INSERT ON SCHEMA::[sales]]] TO original WITH GRANT OPTION',
      'GRANT EXECUTE ON TYPE::dbo.list TO original',
      'GRANT VIEW DEFINITION TO original',
      'USE master GRANT VIEW SERVER STATE TO original DENY ALTER ANY LOGIN TO original',
    )
    await cloneOriginal(server)
    const rights = await rightsOf(server, 'original')
    expect(rights).toHaveLength(15)
    expect(await rightsOf(server, 'original_clone')).toEqual(rights)
    expect(await run(server, clone, 'SELECT id FROM dbo.things')).toEqual([])
    await expect(run(server, clone, 'SELECT secret FROM dbo.things')).rejects.toMatchObject({ number: 230 })
    await expect(run(server, clone, "SELECT * FROM dbo.[o'things]]]")).rejects.toMatchObject({ number: 230 })
  }))

test('a permission on what has no name here is not given on the whole database, and no login is made', () =>
  withServer({}, async (server) => {
    await makeUser(server, 'original', 'First-password-1')
    server.forgetThings()
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'refused', code: 'permission-of-class-1' })
    await expect(run(server, clone, 'SELECT 1')).rejects.toThrow('Login failed')
  }))

test('a login that is not there is not cloned, and one that is there already stays as it is', () =>
  withServer({}, async (server) => {
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'user-missing' })
    await makeUser(server, 'original', 'First-password-1')
    await run(server, server, `CREATE USER original_clone FOR LOGIN ${server.user}`)
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'refused', code: '15023' })
    await expect(run(server, clone, 'SELECT 1')).rejects.toThrow('Login failed')
  }))

test.each([
  [[18_456], 'login-refused', '18456'],
  [[4060, 18_456], 'refused', '4060'],
  [[18_470], 'refused', '18470'],
  [[18_486], 'refused', '18486'],
  [[17_142], 'refused', '17142'],
  [[40_613], 'refused', '40613'],
])('a login that is refused with %j is %s', (refuseLogins, kind, code) =>
  withServer({ refuseLogins }, async (server) => {
    await expect(sqlserver.open(loginOf(server))).rejects.toMatchObject({ kind, code })
  }),
)

test('a database that may not be opened says nothing of the password', () =>
  withServer({}, async (server) => {
    await makeUser(server, 'original', 'First-password-1')
    const login = { user: 'original', password: new Secret('First-password-1') }
    await expect(sqlserver.open(loginOf(server, { ...login, database: 'other' }))).rejects.toMatchObject({
      kind: 'refused',
      code: '4060',
    })
    await expect(sqlserver.open(loginOf(server, { ...login, password }))).rejects.toMatchObject({
      kind: 'login-refused',
    })
  }))

test('what a login may not do is refused, and is no matter of the password', () =>
  withServer({}, async (server) => {
    const present = new Secret('First-password-1')
    await makeUser(server, 'original', 'First-password-1')
    const session = await sqlserver.open(loginOf(server, { user: 'original', password: present }))
    const refused = { kind: 'refused', code: '15151' }
    await expect(session.changeOwnPassword(password, password)).rejects.toMatchObject(refused)
    await expect(session.changePassword(server.user, password)).rejects.toMatchObject(refused)
    await expect(session.cloneUser('original', 'new', password)).rejects.toMatchObject({
      kind: 'refused',
      code: '15247',
    })
    expect(await session.hasUser(server.user)).toBe(false)
    const weak = new Secret('weak')
    await expect(session.changeOwnPassword(weak, present)).rejects.toMatchObject({
      kind: 'password-refused',
      code: '15116',
    })
    await session.changeOwnPassword(password, present)
    await session.close()
    await run(server, { user: 'original', password: password.reveal() }, 'SELECT 1')
  }))

test('a password that was put by hand may hold what ends a text', () =>
  withServer({}, async (server) => {
    const present = new Secret("First'; DROP LOGIN x --]1")
    await makeUser(server, 'original', present.reveal())
    const session = await sqlserver.open(loginOf(server, { user: 'original', password: present }))
    const next = new Secret("Second'' -- /*]2")
    await session.changeOwnPassword(next, present)
    await session.close()
    await run(server, { user: 'original', password: next.reveal() }, 'SELECT 1')
  }))

test('of several errors the one that is about the password counts', () =>
  withServer({ moreErrors: [3930] }, async (server) => {
    const session = await sqlserver.open(loginOf(server))
    server.refusePasswords(1)
    const refused = session.changePassword(server.user, password)
    await expect(refused).rejects.toMatchObject({ kind: 'password-refused', code: '15118' })
    const missing = session.changePassword('nobody', password)
    await expect(missing).rejects.toMatchObject({ kind: 'refused', code: '15151' })
    await session.close()
  }))

test('a server that wants encryption gets no password in the clear', () =>
  withServer({ tls: { ...localhost, forced: true } }, async (server) => {
    await expect(sqlserver.open(loginOf(server))).rejects.toMatchObject({ kind: 'unavailable', code: 'EENCRYPT' })
    expect(server.logins()).toBe(0)
    const session = await sqlserver.open(loginOf(server, { tls: { ca: localhost.cert } }))
    expect(await session.hasUser(server.user.toUpperCase())).toBe(true)
    await session.close()
    expect(server.logins()).toBe(1)
  }))

test.each([
  ["SELECT 'open", 105],
  ['SELECT [open', 105],
  ['ALTER LOGIN x WITH PASSWORD = unquoted', 102],
  ["ALTER LOGIN x WITH PASSWORD = 'a', OLD_PASSWORD = 'b'", 102],
  ["ALTER LOGIN user WITH PASSWORD = 'a'", 102],
  ["SELECT 1 FROM sys.server_principals WHERE name = 'a' OR 1 = 1", 102],
  ['SELECT 1 FROM sys.server_principals WHERE nmae = @name', 207],
  ['SELECT 1 FROM sys.server_principals WHERE name = @name', 137],
  ['SELECT 1 FROM sys.nothing', 208],
  ['DROP LOGIN keyturn', 102],
  ['SELECT 1 /* /* */', 113],
])('the fake takes no statement that it does not understand to the end: %s', (sql, number) =>
  withServer({}, async (server) => {
    await expect(run(server, server, sql)).rejects.toMatchObject({ number })
  }),
)
