import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { mariadbMissing, startMariadb, type TestMariadb } from '../../test/mariadb.ts'
import { skipPostgres, startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { findProgram } from '../../test/real-server.ts'
import { redisMissing, startRedis, type TestRedis } from '../../test/redis.ts'
import { grantFor, mysql } from './engines/mysql.ts'
import { postgres } from './engines/postgres.ts'
import { redis, rulesOf } from './engines/redis.ts'
import { rotatorConformance } from './rotator-conformance.ts'

describe.skipIf(skipPostgres)('PostgreSQL', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())

  const url = () => new URL(server.connectionString)
  const admin = () => ({ user: url().username, password: url().password })

  rotatorConformance('postgres', () => ({
    engine: postgres,
    port: Number(url().port),
    admin: admin(),
    makeUser: (name, password) =>
      server.asAdmin(async (client) => {
        const user = client.escapeIdentifier(name)
        await client.query(`CREATE TABLE IF NOT EXISTS things (id int)`)
        await client.query(`DROP ROLE IF EXISTS ${user}`)
        await client.query(`CREATE ROLE ${user} LOGIN PASSWORD ${client.escapeLiteral(password)}`)
        await client.query(`GRANT SELECT, INSERT ON things TO ${user}`)
      }),
    use: (name, password) =>
      server.as(name, password, async (client) => void (await client.query('SELECT * FROM things'))),
  }))

  test('no statement holds a password, and what is stored is a verifier', async () => {
    await server.asAdmin(async (client) => {
      await client.query("CREATE ROLE shown LOGIN PASSWORD 'first'")
      const { rows } = await client.query<{ rolpassword: string }>(
        "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'user%'",
      )
      expect(rows.length).toBeGreaterThan(0)
      for (const { rolpassword } of rows) expect(rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/)
    })
  })

  test.skipIf(!openssl)(
    'the certificate of the server is verified against the authority that the secret names',
    async () => {
      const { rows } = await server.asAdmin((client) =>
        client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder"),
      )
      const ca = makeCertificates(rows[0]?.folder ?? '')
      await server.asAdmin(async (client) => {
        await client.query('ALTER SYSTEM SET ssl = on')
        await client.query('SELECT pg_reload_conf()')
      })
      const { user, password } = admin()
      const login = {
        host: '127.0.0.1',
        port: Number(url().port),
        user,
        password: new Secret(password),
        database: undefined,
      }
      const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
      const openWith = (authority: string | undefined) => postgres.open({ ...login, ...limits, tls: { ca: authority } })
      await expect
        .poll(() =>
          openWith(ca)
            .then((session) => session.close())
            .then(() => 'open', String),
        )
        .toBe('open')
      await expect(openWith(undefined)).rejects.toMatchObject({ kind: 'unavailable' })
    },
  )
})

const openssl = findProgram('openssl')

/** An authority, and a certificate of it for the loopback address in a server's folder. Answers the authority in PEM. */
function makeCertificates(folder: string): string {
  const { uid, gid } = statSync(folder)
  const run = (...flags: readonly string[]) => execFileSync(openssl ?? '', flags, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout']
  run('req', '-x509', ...key, 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=authority')
  run('req', ...key, 'server.key', '-out', 'server.csr', '-subj', '/CN=server')
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1')
  run(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.crt',
    '-days',
    '2',
    '-extfile',
    'names',
  )
  for (const name of ['server.key', 'server.crt']) {
    chownSync(join(folder, name), uid, gid)
    chmodSync(join(folder, name), 0o600)
  }
  return readFileSync(join(folder, 'ca.crt'), 'utf8')
}

describe.skipIf(mariadbMissing !== undefined)(`MariaDB${mariadbMissing ? ` (skipped: ${mariadbMissing})` : ''}`, () => {
  let server: TestMariadb
  beforeAll(async () => {
    server = await startMariadb()
  }, 60_000)
  afterAll(() => server?.stop())

  const as = async (user: string, password: string, ...statements: readonly (readonly [string, unknown[]])[]) => {
    const connection = await createConnection({ host: '127.0.0.1', port: server.port, user, password })
    try {
      for (const [sql, values] of statements) await connection.query(sql, values)
    } finally {
      await connection.end()
    }
  }
  rotatorConformance('mysql', () => ({
    engine: mysql,
    port: server.port,
    admin: { user: server.user, password: server.password },
    makeUser: (name, password) =>
      as(
        server.user,
        server.password,
        ['CREATE TABLE IF NOT EXISTS app.things (id int)', []],
        ['DROP USER IF EXISTS ?@?', [name, '%']],
        ['CREATE USER ?@? IDENTIFIED BY ?', [name, '%', password]],
        ['GRANT SELECT, INSERT ON app.* TO ?@?', [name, '%']],
      ),
    use: (name, password) => as(name, password, ['SELECT * FROM app.things', []]),
  }))

  test('what the policy of the server refuses is told, and changes nothing', async () => {
    const asAdmin = (sql: string) => as(server.user, server.password, [sql, []])
    await asAdmin("INSTALL SONAME 'simple_password_check'")
    await asAdmin('SET GLOBAL simple_password_check_minimal_length = 40')
    try {
      const login = { host: '127.0.0.1', port: server.port, user: server.user, password: new Secret(server.password) }
      const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000, database: undefined, tls: undefined }
      const session = await mysql.open({ ...login, ...limits })
      const next = new Secret('Short-password1')
      await expect(session.changePassword(server.user, next)).rejects.toMatchObject({ kind: 'password-refused' })
      await expect(session.changeOwnPassword(next, login.password)).rejects.toMatchObject({ kind: 'password-refused' })
      await session.close()
    } finally {
      await asAdmin("UNINSTALL SONAME 'simple_password_check'")
    }
  })
})

describe.skipIf(redisMissing !== undefined)(`Redis${redisMissing ? ` (skipped: ${redisMissing})` : ''}`, () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startRedis()
  }, 60_000)
  afterAll(() => server?.stop())

  const as = async (username: string, password: string, ...command: readonly string[]) => {
    const client = createClient({ username, password, socket: { port: server.port, reconnectStrategy: false } })
    client.on('error', () => undefined)
    await client.connect()
    try {
      await client.sendCommand(command)
    } finally {
      client.destroy()
    }
  }
  rotatorConformance('redis', () => ({
    engine: redis,
    port: server.port,
    admin: { user: server.user, password: server.password },
    keepsOldPassword: true,
    makeUser: (name, password) =>
      as(
        server.user,
        server.password,
        'ACL',
        'SETUSER',
        name,
        'reset',
        'on',
        `>${password}`,
        '~app:*',
        '+get',
        '+acl|setuser',
        '+acl|list',
        '+acl|save',
        '+ping',
      ),
    use: (name, password) => as(name, password, 'GET', 'app:thing'),
  }))
})

test.each([
  ["GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*0123'", "GRANT USAGE ON *.* TO 'b'@'%'"],
  ["GRANT SELECT ON `app`.* TO 'a'@'%' WITH GRANT OPTION", "GRANT SELECT ON `app`.* TO 'b'@'%' WITH GRANT OPTION"],
  ['GRANT SELECT ON `x TO y`.* TO `a``b`@`10.%`', "GRANT SELECT ON `x TO y`.* TO 'b'@'%'"],
  ['SET DEFAULT ROLE NONE', undefined],
])('%s is given to another account', (shown, given) => {
  expect(grantFor(shown, "'b'@'%'")).toBe(given)
})

test('rules of a Redis user come without his passwords', () => {
  expect(rulesOf('on #abc nopass sanitize-payload ~* &* -@all +get (~b* -@all +set)')).toEqual([
    'on',
    'sanitize-payload',
    '~*',
    '&*',
    '-@all',
    '+get',
    '(~b* -@all +set)',
  ])
})
