import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort } from './mariadb.ts'

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
  const data = mkdtempSync(join(tmpdir(), 'keyturn-redis-'))
  const users = join(data, 'users.acl')
  writeFileSync(users, `user default off\nuser ${user} on >${password} ~* &* +@all\n`)
  const port = await freePort()
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', '', '--aclfile', users]
  const server = spawn(findProgram('redis-server') ?? '', settings, { cwd: data })
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  await new Promise<void>((resolve, reject) => {
    let output = ''
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`It ended before it was ready. ${output}`)))
  })
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
}
