import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { assert } from '../../src/base/assert.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** A folder that is gone after `using` ends. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of `keyturn` to its end. The environment holds nothing of this process's but its PATH. */
export async function keyturn(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    ...(cwd && { cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

export interface ServerProcess {
  readonly child: ChildProcess
  readonly endpoint: string
  /** What it wrote to standard error so far. */
  log(): string
  /** Ends it with a signal and waits. */
  end(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `keyturn dev` on a free port. */
export async function startDevProcess(args: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, 'dev', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const line of createInterface({ input: child.stdout })) {
    text += line
    if (line === '}') break
  }
  const { endpoint } = JSON.parse(text) as { endpoint: string }
  return running(child, endpoint, [])
}

/** Starts `keyturn server` within a test, in a folder, with a configuration; its log tells when and where it is ready. */
export async function startServerProcess(
  folder: string,
  toml: string,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const file = join(folder, 'keyturn.toml')
  writeFileSync(file, toml)
  const child = spawn(process.execPath, [main, 'server', '--config', file, ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  // A test that fails half-way must not leave its server behind.
  onTestFinished(() => void child.kill('SIGKILL'))
  const told: string[] = []
  const lines = createInterface({ input: child.stderr })
  const port = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      told.push(line)
      if (!line.includes('"msg":"ready"')) return
      resolve((JSON.parse(line) as { port: number }).port)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${told.join('\n')}`)))
  })
  return running(child, `http://127.0.0.1:${port}`, told)
}

function running(child: ChildProcess, endpoint: string, told: readonly string[]): ServerProcess {
  assert(endpoint.startsWith('http'), 'the server said where it listens')
  return {
    child,
    endpoint,
    log: () => told.join('\n'),
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}
