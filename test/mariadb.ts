import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import {
  findProgram,
  freePort,
  makeServerFolder,
  removeServerFolder,
  type ServerFolder,
  startProgram,
} from './real-server.ts'

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

export async function startMariadb(): Promise<TestMariadb> {
  const folder = makeServerFolder('mariadb', 'mysql')
  try {
    initialise(folder)
    const socket = join(folder.path, 's')
    const port = await freePort()
    const flags = [
      '--no-defaults',
      `--datadir=${folder.path}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
      '--skip-name-resolve',
    ]
    const program = findProgram('mariadbd') ?? ''
    const stop = await startProgram({ program, flags, folder, ready: 'ready for connections' })
    makeUser(socket)
    return { port, user, password, stop }
  } catch (error) {
    removeServerFolder(folder)
    throw error
  }
}

function initialise({ path, owner }: ServerFolder): void {
  const flags = ['--skip-test-db', '--auth-root-authentication-method=normal', '--skip-name-resolve']
  const made = spawnSync(findProgram('mariadb-install-db') ?? '', ['--no-defaults', `--datadir=${path}`, ...flags], {
    ...owner,
    cwd: path,
  })
  if (made.status !== 0) throw made.error ?? new Error(made.stderr.toString() + made.stdout.toString())
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
