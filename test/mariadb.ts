import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A real MariaDB server of this test alone, on loopback, with its data in a temporary folder. */
export interface TestMariadb {
  readonly port: number
  readonly user: string
  readonly password: string
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

const user = 'keyturn'
const password = 'only-for-tests'

/** Why the tests that need MariaDB cannot run here; nothing where they can. */
export const mariadbMissing: string | undefined =
  process.env['KEYTURN_SKIP_MARIADB'] === '1'
    ? 'KEYTURN_SKIP_MARIADB is set'
    : findProgram('mariadbd') && findProgram('mariadb-install-db')
      ? undefined
      : 'this machine has no mariadbd (Debian: mariadb-server)'

/** The path of a program; servers are often installed where only root looks. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

export async function startMariadb(): Promise<TestMariadb> {
  const data = mkdtempSync(join(tmpdir(), 'keyturn-mariadb-'))
  const owner = unprivileged()
  if (owner !== undefined) chownSync(data, owner.uid, owner.gid)
  try {
    const folders = [
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      '--skip-name-resolve',
    ]
    const made = spawnSync(findProgram('mariadb-install-db') ?? '', ['--no-defaults', ...folders], {
      ...owner,
      cwd: data,
    })
    if (made.status !== 0) throw made.error ?? new Error(made.stderr.toString() + made.stdout.toString())
    const socket = join(data, 's')
    const port = await freePort()
    const settings = [`--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1']
    const light = [
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
      '--skip-name-resolve',
    ]
    const server = spawn(findProgram('mariadbd') ?? '', ['--no-defaults', ...settings, ...light], {
      ...owner,
      cwd: data,
    })
    const kill = (): void => void server.kill('SIGKILL')
    process.once('exit', kill)
    await ready(server)
    makeUser(socket)
    return {
      port,
      user,
      password,
      async stop() {
        process.off('exit', kill)
        const ended = new Promise((resolve) => server.once('exit', resolve))
        server.kill('SIGKILL')
        await ended
        rmSync(data, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(data, { recursive: true, force: true })
    throw error
  }
}

/** Anonymous users would take the place of named ones who come from the same host. */
function makeUser(socket: string): void {
  const sql = [
    "DELETE FROM mysql.global_priv WHERE user = ''",
    'FLUSH PRIVILEGES',
    `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`,
    `GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%' WITH GRANT OPTION`,
    'CREATE DATABASE app',
  ].join(';')
  const made = spawnSync(findProgram('mariadb') ?? '', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', sql])
  if (made.status !== 0) throw made.error ?? new Error(made.stderr.toString())
}

/** MariaDB refuses to run as root: the user to run it as instead, where this process is root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = users.find((text) => text.startsWith('mysql:')) ?? users.find((text) => text.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? '').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString()
      if (output.includes('ready for connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`It ended before it was ready. ${output}`)))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
