import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, freePort, makeServerFolder, removeServerFolder, startProgram } from './real-server.ts'

/** A real Redis server of this test alone, on loopback, with its users in a file in a temporary folder. */
export interface TestRedis {
  readonly port: number
  readonly user: string
  readonly password: string
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

const user = 'keyturn'
const password = 'only-for-tests'

/** Why the tests that need Redis cannot run here; nothing where they can. */
export const redisMissing: string | undefined =
  process.env['KEYTURN_SKIP_REDIS'] === '1'
    ? 'KEYTURN_SKIP_REDIS is set'
    : findProgram('redis-server')
      ? undefined
      : 'this machine has no redis-server (Debian: redis-server)'

export async function startRedis(): Promise<TestRedis> {
  const folder = makeServerFolder('redis')
  try {
    const users = join(folder.path, 'users.acl')
    writeFileSync(users, `user default off\nuser ${user} on >${password} ~* &* +@all\n`)
    const port = await freePort()
    const bound = ['--port', String(port), '--bind', '127.0.0.1']
    const flags = [...bound, '--dir', folder.path, '--save', '', '--aclfile', users]
    const program = findProgram('redis-server') ?? ''
    const stop = await startProgram({ program, flags, folder, ready: 'Ready to accept connections' })
    return { port, user, password, stop }
  } catch (failure) {
    removeServerFolder(folder)
    throw failure
  }
}
