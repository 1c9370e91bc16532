import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeOracle, startOracle } from '../../test/fakes/oracle.ts'
import { releases } from '../../test/fakes/oracle/release.ts'
import { databaseRotator } from './database-rotator.ts'
import { oracle } from './engines/oracle.ts'
import { FakeSecret, rotate, rotatorConformance } from './rotator-conformance.ts'
import { singleUser } from './single-user.ts'

interface Connection {
  ping(): Promise<void>
  execute(sql: string): Promise<{ readonly rows: readonly unknown[] }>
  close(): Promise<void>
}

/** As a client writes a name: one that cannot be written plainly in quotes. */
function written(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`
}

/** As the server stores a name that a client has written plainly, or in quotes. */
function stored(name: string): string {
  return /^\w+$/.test(name) ? name.toUpperCase() : name
}

/** Logs in as an application does, and reads. */
async function use({ port, service }: FakeOracle, name: string, password: string): Promise<void> {
  // The driver brings no types.
  const module: string = 'oracledb'
  const { default: driver } = (await import(module)) as {
    default: { getConnection(options: object): Promise<Connection> }
  }
  const connectString = `127.0.0.1:${port}/${service}`
  const connection = await driver.getConnection({ user: written(name), password, connectString })
  try {
    await connection.ping()
    expect((await connection.execute('SELECT id FROM app.things')).rows).toEqual([])
  } finally {
    await connection.close()
  }
}

describe.each(Object.values(releases))('Oracle $name, as a protocol fake', (release) => {
  let server: FakeOracle
  beforeAll(async () => {
    server = await startOracle({ release })
  })
  afterEach(() => {
    expect(server.complaints).toEqual([])
    expect(server.statements.filter((sql) => !/^(?:SELECT|ALTER USER|CREATE USER|GRANT) /.test(sql))).toEqual([])
  })
  afterAll(() => server.stop())

  rotatorConformance('oracle', () => ({
    engine: oracle,
    port: server.port,
    admin: server.admin,
    makeUser: async (name, password) => server.makeUser(stored(name), password),
    use: (name, password) => use(server, name, password),
  }))
})

describe('what the server does in the middle of a rotation of Oracle, as a protocol fake', () => {
  const settings = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
  let server: FakeOracle
  let secret: FakeSecret
  const rotator = databaseRotator('oracle', { engine: oracle, settings }, singleUser)
  beforeAll(async () => {
    server = await startOracle()
  })
  afterAll(() => server.stop())

  const setUp = (name: string) => {
    server.makeUser(name.toUpperCase(), 'first-password')
    secret = new FakeSecret({
      host: '127.0.0.1',
      port: server.port,
      ssl: false,
      username: name,
      password: 'first-password',
    })
  }
  const changes = (name: string) =>
    server.statements.filter((sql) => sql.startsWith(`ALTER USER "${name.toUpperCase()}"`))

  test.each([true, false])('it goes away when a password is to be changed; it was changed: %s', async (done) => {
    const name = `lost_${done}`
    setUp(name)
    server.mischief.cutAt = { at: /^ALTER USER/, done }
    expect((await rotate(rotator, secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    server.mischief.cutAt = undefined
    const half = done ? secret.credentials('AWSPENDING').password : 'first-password'
    await use(server, name, half)
    expect((await rotate(rotator, secret)).at(-1)).toEqual({ done: true })
    await use(server, name, secret.credentials().password)
    expect(changes(name)).toHaveLength(done ? 1 : 2)
    expect(server.complaints).toEqual([])
  })

  test.each([
    [2, { done: true }],
    [9, { failed: { type: 'Database.password-refused', detail: 'The database: password-refused, code ORA-28003.' } }],
  ])('the function of a profile refuses %s passwords', async (count, outcome) => {
    const name = `strict_${count}`
    setUp(name)
    const seen: string[] = []
    const stored: string[] = []
    const verify = (password: string) => {
      seen.push(password)
      stored.push(secret.credentials('AWSPENDING').password)
      return seen.length <= count ? `Not ${password}` : undefined
    }
    server.database.profiles.set('STRICT', { verify })
    const user = server.database.users.get(name.toUpperCase())
    if (user) user.profile = 'STRICT'
    expect((await rotate(rotator, secret)).at(-1)).toMatchObject(outcome)
    expect(new Set(seen).size).toBe(3)
    expect(stored).toEqual(seen)
    await use(server, name, count === 2 ? (seen[2] ?? '') : 'first-password')
  })
})
