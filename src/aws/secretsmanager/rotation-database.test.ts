import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mariadbMissing, startMariadb, type TestMariadb } from '../../../test/mariadb.ts'
import { skipPostgres, startPostgres, type TestPostgres } from '../../../test/postgres.ts'
import { openSecretsManager, type SecretsManager } from '../../../test/secrets-manager.ts'
import { openRotators } from '../../rotators/open-rotators.ts'
import { type RotationStep, type Rotators, rotationSteps } from '../../rotators/rotator.ts'

const day = 86_400_000
const database = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
const builtIn = openRotators({ database, webhook: () => undefined, forward: () => undefined })

interface Credentials {
  readonly username: string
  readonly password: string
}

/** A database as the application of a secret sees it. */
interface Application {
  readonly engine: string
  readonly port: number
  readonly admin: Credentials
  make(user: string): Promise<void>
  use(credentials: Credentials): Promise<void>
}

async function open(application: Application, rotators: Rotators = builtIn, port = application.port) {
  const api = await openSecretsManager({ rotators })
  await application.make('app')
  const place = { engine: application.engine, host: '127.0.0.1', port, ssl: false }
  const admin = JSON.stringify({ ...place, ...application.admin })
  const { ARN: masterarn } = await api.sm('CreateSecret', { Name: 'admin', SecretString: admin })
  const app = { ...place, username: 'app', password: 'first-password', masterarn: undefined as string | undefined }
  await api.sm('CreateSecret', { Name: 'single', SecretString: JSON.stringify(app) })
  await api.sm('CreateSecret', { Name: 'pair', SecretString: JSON.stringify({ ...app, masterarn }) })
  return api
}

async function credentialsOf({ sm }: SecretsManager, SecretId: string): Promise<Credentials> {
  return JSON.parse(String((await sm('GetSecretValue', { SecretId }))['SecretString'])) as Credentials
}

function rotationOver(name: string, application: () => Application): void {
  test(`${name}: a month passes twice, and each time the credential has changed and works`, async () => {
    const app = application()
    const api = await open(app)
    const rules = { RotationRules: { AutomaticallyAfterDays: 30 } }
    await api.sm('RotateSecret', { SecretId: 'single', RotationLambdaARN: `keyturn:rotator/${name}`, ...rules })
    await api.harness.scheduler.runDue()
    const seen = ['first-password']
    for (let month = 0; month < 3; month++) {
      const now = await credentialsOf(api, 'single')
      expect(seen).not.toContain(now.password)
      await app.use(now)
      await expect(app.use({ username: 'app', password: seen.at(-1) as string })).rejects.toThrow()
      seen.push(now.password)
      await api.advance(31 * day)
    }
    expect(api.harness.failures).toEqual([])
    await api.harness.close()
  })

  test(`${name}: two users take turns three times, and the one before goes on working`, async () => {
    const app = application()
    const api = await open(app)
    const rules = { RotationRules: { ScheduleExpression: 'rate(10 days)' } }
    const RotationLambdaARN = `arn:aws:lambda:us-east-1:111111111111:function:keyturn-rotator-${name}-alternating-users`
    await api.sm('RotateSecret', { SecretId: 'pair', RotationLambdaARN, ...rules })
    let before: Credentials = { username: 'app', password: 'first-password' }
    const users: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      await (turn === 0 ? api.harness.scheduler.runDue() : api.advance(10.5 * day))
      const now = await credentialsOf(api, 'pair')
      await app.use(now)
      await app.use(before)
      users.push(now.username)
      before = now
    }
    expect(users).toEqual(['app_clone', 'app', 'app_clone'])
    await api.harness.close()
  })

  test.each(rotationSteps)(`${name}: a database that is away from %s on keeps its credential`, async (from) => {
    const app = application()
    const gate = await openGate(app.port)
    const rotators = before(from, () => gate.shut())
    const api = await open(app, rotators, gate.port)
    await api.sm('RotateSecret', { SecretId: 'single', RotationLambdaARN: `keyturn:rotator/${name}` })
    await api.harness.scheduler.runDue()
    // The first and the last step need no database.
    const current = await credentialsOf(api, 'single')
    const pending = { SecretId: 'single', VersionStage: 'AWSPENDING' }
    const stored = JSON.parse(String((await api.sm('GetSecretValue', pending))['SecretString'])) as Credentials
    const set = from === 'testSecret' || from === 'finishSecret'
    await app.use(set ? stored : current)
    gate.open()
    await api.advance(60_000)
    const after = await credentialsOf(api, 'single')
    expect(after).toEqual(stored)
    await app.use(after)
    await api.harness.close()
    await gate.close()
  })
}

/** Rotators that do something before a step, the first time. */
function before(step: RotationStep, work: () => void): Rotators {
  let left = 1
  return {
    ...builtIn,
    find(named, place) {
      const found = builtIn.find(named, place)
      if (found?.kind !== 'built-in') return found
      const { rotator } = found
      return {
        ...found,
        rotator: {
          ...rotator,
          run(next, secret) {
            if (next === step && left-- > 0) work()
            return rotator.run(next, secret)
          },
        },
      }
    },
  }
}

/** A way to a server that can be shut. */
async function openGate(to: number) {
  let shut = false
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    if (shut) {
      socket.destroy()
      return
    }
    const through = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [socket, through],
      [through, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one))
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    shut: () => {
      shut = true
    },
    open: () => {
      shut = false
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

describe.skipIf(skipPostgres)('PostgreSQL', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())

  const url = () => new URL(server.connectionString)
  const admin = () => ({ username: url().username, password: url().password })
  rotationOver('postgres', () => ({
    engine: 'postgres',
    port: Number(url().port),
    admin: admin(),
    make: (user) =>
      server.run(
        admin(),
        `DROP ROLE IF EXISTS ${user}_clone`,
        `DROP ROLE IF EXISTS ${user}`,
        `CREATE ROLE ${user} LOGIN PASSWORD 'first-password'`,
      ),
    use: (credentials) => server.run(credentials, 'SELECT 1'),
  }))
})

describe.skipIf(mariadbMissing !== undefined)(`MariaDB${mariadbMissing ? ` (skipped: ${mariadbMissing})` : ''}`, () => {
  let server: TestMariadb
  beforeAll(async () => {
    server = await startMariadb()
  }, 60_000)
  afterAll(() => server?.stop())

  const run = async ({ username: user, password }: Credentials, ...statements: readonly string[]) => {
    const connection = await createConnection({ host: '127.0.0.1', port: server.port, user, password })
    try {
      for (const sql of statements) await connection.query(sql)
    } finally {
      await connection.end()
    }
  }
  const admin = () => ({ username: server.user, password: server.password })
  rotationOver('mariadb', () => ({
    engine: 'mariadb',
    port: server.port,
    admin: admin(),
    make: (user) =>
      run(
        admin(),
        `DROP USER IF EXISTS ${user}_clone`,
        `DROP USER IF EXISTS ${user}`,
        `CREATE USER ${user} IDENTIFIED BY 'first-password'`,
      ),
    use: (credentials) => run(credentials, 'SELECT 1'),
  }))
})
