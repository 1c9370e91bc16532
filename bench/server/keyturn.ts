import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../aws/signed-call.ts'
import { type Cores, onCores } from '../host/cores.ts'
import { membersOf } from '../host/process-group.ts'
import { firstAnswer } from './first-answer.ts'

const program = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist', 'main.js')

/** A Keyturn program that answers requests. */
export interface Running {
  readonly port: number
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMilliseconds: number
  /** The ids of its processes. */
  processes(): readonly number[]
  /** Ends it as an operator does, and waits. */
  stop(): Promise<void>
}

export interface Start {
  /** The words behind the program's name. */
  readonly args: readonly string[]
  readonly port: number
  readonly cores: Cores
  /** A raw request: the server counts as started with the answer to it. */
  readonly probe: Uint8Array
  /** Where its processes write their processor profiles when they end. */
  readonly profileFolder?: string | undefined
}

/** Makes a new store; the root's credentials. */
export function initialise(configFile: string): Credentials {
  const done = spawnSync(process.execPath, [program, 'init', '--config', configFile, '--json'], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`keyturn init failed: ${done.stderr}`)
  const { accessKeyId, secretAccessKey } = JSON.parse(done.stdout) as Credentials
  return { accessKeyId, secretAccessKey }
}

/** Starts a program on the server's cores, and waits for its first answer. */
export async function start({ args, port, cores, probe, profileFolder }: Start): Promise<Running> {
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
  const [command, words] = onCores(cores.server, cores, process.execPath, [...profiling, program, ...args])
  const began = performance.now()
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  const kill = (): void => killGroup(child)
  process.once('exit', kill)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-10_000)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const died = ended.then(() => Promise.reject(new Error(`keyturn ${args.join(' ')} ended: ${said}`)))
  died.catch(() => undefined)
  try {
    await Promise.race([firstAnswer(port, probe), died])
  } catch (error) {
    killGroup(child)
    throw new Error(`${(error as Error).message}\n${said}`)
  }
  return {
    port,
    startMilliseconds: performance.now() - began,
    processes: () => membersOf(child.pid as number),
    async stop() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    },
  }
}

/** Its workers are in the group that it leads. */
function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
