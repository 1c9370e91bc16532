import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeSqlserver, startFakeSqlserver } from '../../test/fakes/sqlserver.ts'
import { localhost } from '../../test/tls/certificate.ts'
import { Secret } from '../base/secret.ts'
import { disturbanceConformance, encryptionConformance } from './disturbance-conformance.ts'
import { sqlserver } from './engines/sqlserver.ts'
import { loginOf, makeUser, run, withServer } from './engines/sqlserver.test-support.ts'
import { rotatorConformance, type RotatorTarget } from './rotator-conformance.ts'

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

const password = new Secret('Second-password-2')

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
