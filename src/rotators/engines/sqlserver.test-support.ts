import tedious from 'tedious'
import { type FakeSqlserver, type FakeSqlserverOptions, startFakeSqlserver } from '../../../test/fakes/sqlserver.ts'
import { localhost } from '../../../test/tls/certificate.ts'
import { Secret } from '../../base/secret.ts'
import type { Login } from '../database.ts'

const quoted = (name: string) => `[${name.replaceAll(']', ']]')}]`

const text = (value: string) => `N'${value.replaceAll("'", "''")}'`

interface As {
  readonly user: string
  readonly password: string
  readonly database?: string
}

type Rows = readonly (readonly unknown[])[]

/** Runs statements as a login of the server, through the driver as it is. */
export function run(
  server: FakeSqlserver,
  { user, password, database = 'app' }: As,
  ...statements: string[]
): Promise<Rows> {
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

export async function makeUser(
  server: FakeSqlserver,
  name: string,
  password: string,
  ...more: string[]
): Promise<void> {
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

export async function withServer(options: FakeSqlserverOptions, work: (server: FakeSqlserver) => Promise<void>) {
  const server = await startFakeSqlserver(options)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

export function loginOf({ port, user, password }: FakeSqlserver, more: Partial<Login> = {}): Login {
  const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
  const place = { host: '127.0.0.1', port, database: 'app', tls: undefined }
  return { ...place, ...limits, user, password: new Secret(password), ...more }
}
