import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface AgentProcess {
  readonly values: string
  readonly metadata: string
  end(): Promise<void>
}

/** Starts `keyturn agent` on free ports; the environment holds nothing of this process's but its PATH. */
export async function startAgentProcess(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<AgentProcess> {
  const ports = ['--listen', '127.0.0.1:0', '--imds-port', '0', '--json']
  const child: ChildProcess = spawn(process.execPath, [main, 'agent', ...ports, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...environment },
  })
  let text = ''
  for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> })) {
    text += line
    if (line === '}') break
  }
  const told = JSON.parse(text) as { values: string; metadata: string }
  return {
    ...told,
    async end() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
