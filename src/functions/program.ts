import { spawnSync } from 'node:child_process'
import { chmodSync, constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FunctionCredentials, FunctionVersion } from './function-version.ts'
import { findProgram, homeOf } from './isolation.ts'
import { type RuntimeName, runtimes } from './runtimes.ts'

/** The program behind a runtime. */
export interface Program {
  /** With its version, such as `node-24.15.0`. */
  readonly name: string
  command(codeFolder: string): readonly [file: string, ...args: string[]]
  /** What a caller is told when it cannot be started. */
  readonly entry: string
  /** Where it and its libraries are. */
  readonly reads: readonly string[]
  /** Folders of modules that handlers may use beside their own. */
  readonly nodePath?: string | undefined
}

export interface ProgramOptions {
  /** A folder that functions can read, with the runtime clients in it. */
  readonly clients: string
  readonly path: string
  readonly nodePath?: string | undefined
  /** A user that functions will run as, where it is not this server's. */
  readonly uid?: number | undefined
}

export const nodeClient = 'node-runtime.mjs'
export const pythonClient = 'python-runtime.py'

/** Finds the programs of this machine, each when it is first asked for. */
export function findPrograms({
  clients,
  path,
  nodePath,
  uid,
}: ProgramOptions): (runtime: RuntimeName) => Program | undefined {
  const found = new Map<string, Program | undefined>()
  const find = {
    node: (): Program => {
      const node = reachableNode(clients, uid)
      return {
        name: `node-${process.versions.node}`,
        command: () => [node, join(clients, nodeClient)],
        entry: 'the Node.js runtime cannot be started',
        reads: [clients, homeOf(node), ...(nodePath === undefined ? [] : [nodePath])],
        nodePath,
      }
    },
    python: (): Program | undefined => {
      const python = findProgram('python3', path, uid)
      if (python === undefined) return undefined
      return {
        name: `python-${pythonVersion(python, uid)}`,
        command: () => [python, join(clients, pythonClient)],
        entry: 'the Python runtime cannot be started',
        reads: [clients, homeOf(python)],
      }
    },
    bootstrap: (): Program => ({
      name: 'provided',
      command: (codeFolder) => [join(codeFolder, 'bootstrap')],
      entry: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
      reads: [],
    }),
  }
  return (runtime) => {
    const language = runtimes[runtime]
    if (!found.has(language)) found.set(language, find[language]())
    return found.get(language)
  }
}

/**
 * This server's own Node where the functions' user can start it, and otherwise a copy that it can: a Node in a home folder is
 * behind a door that is closed to others.
 */
function reachableNode(clients: string, uid: number | undefined): string {
  if (uid === undefined) return process.execPath
  const options = { uid, gid: uid, env: {}, cwd: '/', timeout: 5_000 }
  if (spawnSync(process.execPath, ['-v'], options).status === 0) return process.execPath
  const copy = join(clients, 'node')
  copyFileSync(process.execPath, copy, constants.COPYFILE_FICLONE)
  chmodSync(copy, 0o555)
  return copy
}

function pythonVersion(python: string, uid: number | undefined): string {
  const user = uid === undefined ? {} : { uid, gid: uid }
  const program = 'import platform; print(platform.python_version())'
  const ended = spawnSync(python, ['-c', program], { ...user, env: {}, cwd: '/', encoding: 'utf8', timeout: 5_000 })
  return ended.status === 0 ? ended.stdout.trim() : 'unknown'
}

export interface EnvironmentFacts {
  readonly version: FunctionVersion
  readonly credentials: FunctionCredentials
  readonly program: Program
  readonly codeFolder: string
  readonly temporary: string
  readonly runtimeApi: string
  readonly endpoints: Readonly<Record<string, string>>
}

/**
 * The environment of a function's process (Lambda developer guide, «Defined runtime environment variables»). Nothing of this server's
 * own is in it.
 */
export function environmentOf(facts: EnvironmentFacts): Readonly<Record<string, string>> {
  const { version, credentials, program, codeFolder, temporary, runtimeApi, endpoints } = facts
  const own = Object.fromEntries(Object.entries(version.environment).map(([name, value]) => [name, value.reveal()]))
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    HOME: temporary,
    TMPDIR: temporary,
    PYTHONDONTWRITEBYTECODE: '1',
    ...(program.nodePath !== undefined && { NODE_PATH: program.nodePath }),
    ...endpoints,
    ...own,
    _HANDLER: version.handler,
    AWS_REGION: version.region,
    AWS_DEFAULT_REGION: version.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: version.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${version.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `[${version.version}]`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey.reveal(),
    AWS_SESSION_TOKEN: credentials.sessionToken.reveal(),
    LAMBDA_TASK_ROOT: codeFolder,
    LAMBDA_RUNTIME_DIR: codeFolder,
  }
}
