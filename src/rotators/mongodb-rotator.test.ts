import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeMongodb, type FakeMongodbOptions, startFakeMongodb } from '../../test/fakes/mongodb.ts'
import { localhost } from '../../test/tls/certificate.ts'
import { Secret } from '../base/secret.ts'
import type { Login } from './database.ts'
import { mongodb } from './engines/mongodb.ts'
import { disturbanceConformance, encryptionConformance } from './disturbance-conformance.ts'
import { rotatorConformance, type RotatorTarget } from './rotator-conformance.ts'

const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }

function loginOf({ port, user, password }: FakeMongodb, more: Partial<Login> = {}): Login {
  const place = { host: '127.0.0.1', port, database: undefined, tls: undefined }
  return { ...place, ...limits, user, password: new Secret(password), ...more }
}

async function withServer(options: FakeMongodbOptions, work: (server: FakeMongodb) => Promise<void>): Promise<void> {
  const server = await startFakeMongodb(options)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

type Work<T> = (client: MongoClient) => Promise<T>

async function as<T>(server: FakeMongodb, user: string, password: string, work: Work<T>): Promise<T> {
  const client = new MongoClient(`mongodb://127.0.0.1:${server.port}/`, {
    auth: { username: user, password },
    serverSelectionTimeoutMS: 5_000,
    directConnection: true,
    ...(server.encrypted && { tls: true, ca: localhost.cert }),
  })
  try {
    return await work(await client.connect())
  } finally {
    await client.close()
  }
}

const ownPassword = { role: 'changeOwnPasswordCustomDataRole', db: 'admin' }

async function makeUser(server: FakeMongodb, name: string, password: string, more: object = {}): Promise<void> {
  const roles = [ownPassword, { role: 'read', db: 'app' }]
  await as(server, server.user, server.password, (client) =>
    client.db('admin').command({ createUser: name, pwd: password, roles, ...more }),
  )
}

const targetOf = (server: FakeMongodb): RotatorTarget => ({
  engine: mongodb,
  port: server.port,
  admin: { user: server.user, password: server.password },
  makeUser: (name, password) => makeUser(server, name, password),
  use: (name, password) =>
    as(server, name, password, async (client) => void (await client.db('app').collection('things').findOne())),
})

const requests = { change: 'updateUser', clone: 'createUser', login: 'saslContinue' } as const

describe.each(['mongodb', 'documentdb'] as const)('%s, as a protocol fake', (kind) => {
  let server: FakeMongodb
  let encrypted: FakeMongodb
  beforeAll(async () => {
    server = await startFakeMongodb({ kind })
    encrypted = await startFakeMongodb({ kind, tls: localhost })
  })
  afterAll(async () => {
    await server?.stop()
    await encrypted?.stop()
  })

  rotatorConformance(kind, () => targetOf(server))
  disturbanceConformance(kind, () => ({
    ...targetOf(server),
    disturb: (request, how) => server.disturb(requests[request], how),
    refusePasswords: (count) => server.refusePasswords(count),
  }))
  encryptionConformance(kind, () => ({ ...targetOf(encrypted), ca: localhost.cert }))
})

test('where a user may log in from, a second user may as well, and from nowhere else', () =>
  withServer({}, async (server) => {
    const authenticationRestrictions = [{ clientSource: ['192.0.2.0/24'], serverAddress: ['198.51.100.1'] }]
    await makeUser(server, 'bound', 'first-password', { authenticationRestrictions })
    const session = await mongodb.open(loginOf(server))
    await session.cloneUser('bound', 'bound_clone', new Secret('second-password'))
    await session.close()
    const found = await as(server, server.user, server.password, (client) =>
      client.db('admin').command({ usersInfo: 'bound_clone', showAuthenticationRestrictions: true }),
    )
    expect(found['users']).toMatchObject([
      { roles: [ownPassword, { role: 'read', db: 'app' }], authenticationRestrictions },
    ])
  }))

test('signs that mean something in SCRAM are only part of a name', () =>
  withServer({}, async (server) => {
    await makeUser(server, 'a=b,c', 'first-password')
    const password = new Secret('first-password')
    const session = await mongodb.open(loginOf(server, { user: 'a=b,c', password }))
    await session.changeOwnPassword(new Secret('second-password'), password)
    await session.close()
    await targetOf(server).use('a=b,c', 'second-password')
  }))

test('nobody but the server that the secret names is connected to', () =>
  withServer({}, async (other) => {
    const replicaSet = [`127.0.0.1:${other.port}`]
    await withServer({ replicaSet }, async (server) => {
      const session = await mongodb.open(loginOf(server))
      expect(await session.hasUser('nobody')).toBe(false)
      await session.close()
    })
    expect(other.connections()).toBe(0)
  }))

test.each([
  [18, 'AuthenticationFailed', 'login-refused'],
  [8000, 'AtlasError', 'login-refused'],
  [91, 'ShutdownInProgress', 'refused'],
  [334, 'MechanismUnavailable', 'refused'],
])('a login that is refused with code %i %s is %s', (code, codeName, kind) =>
  withServer({ refuseLogins: { code, codeName } }, async (server) => {
    await expect(mongodb.open(loginOf(server))).rejects.toMatchObject({ kind, code: String(code) })
  }),
)

test('what a user may not do is refused, and is no matter of his password', () =>
  withServer({}, async (server) => {
    await makeUser(server, 'reader', 'first-password', { roles: [{ role: 'read', db: 'app' }] })
    const password = new Secret('first-password')
    const session = await mongodb.open(loginOf(server, { user: 'reader', password }))
    const next = new Secret('second-password')
    await expect(session.changeOwnPassword(next, password)).rejects.toMatchObject({ kind: 'refused', code: '13' })
    await expect(session.changePassword(server.user, next)).rejects.toMatchObject({ kind: 'refused', code: '13' })
    await expect(session.hasUser(server.user)).rejects.toMatchObject({ kind: 'refused', code: '13' })
    await session.close()
  }))

test('a user who is missing is told, and whoever is logged in stays so when his password changes', () =>
  withServer({}, async (server) => {
    const session = await mongodb.open(loginOf(server))
    const next = new Secret('second-password')
    await expect(session.changePassword('nobody', next)).rejects.toMatchObject({ kind: 'user-missing', code: '11' })
    await expect(session.cloneUser('nobody', 'new', next)).rejects.toMatchObject({ kind: 'user-missing' })
    await session.changeOwnPassword(next, new Secret(server.password))
    expect(await session.hasUser(server.user)).toBe(true)
    await expect(mongodb.open(loginOf(server))).rejects.toMatchObject({ kind: 'login-refused' })
    await session.close()
  }))

test('commands that the server does not know, and those of nobody, are refused', () =>
  withServer({}, async (server) => {
    await as(server, server.user, server.password, async (client) => {
      await expect(client.db('admin').command({ shutdown: 1 })).rejects.toMatchObject({ code: 59 })
      await expect(client.db('admin').command({ dropUser: 'nobody' })).rejects.toMatchObject({ code: 11 })
    })
    const stranger = new MongoClient(`mongodb://127.0.0.1:${server.port}/?directConnection=true`)
    await expect(stranger.db('admin').command({ usersInfo: 'keyturn' })).rejects.toMatchObject({ code: 13 })
    await stranger.close()
  }))
