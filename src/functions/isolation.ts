import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { delimiter, dirname, join } from 'node:path'

export interface UidRange {
  readonly first: number
  readonly count: number
}

/** How execution environments are kept apart from this server and from each other. */
export interface Isolation {
  /**
   * User ids of which each environment gets one of its own, from `first` on; absent where this server may not change users, so that
   * functions run as its own user.
   */
  readonly uids?: UidRange
  /** The path of bubblewrap, where it is installed and works. */
  readonly bubblewrap?: string
  /** The path of util-linux's `setpriv`, likewise: it ties a process's life to this one's and bars it from programs that change users. */
  readonly setpriv?: string
}

export interface IsolationOptions {
  readonly path: string
  readonly uids: UidRange | 'off'
  /** `auto`: where it works. */
  readonly bubblewrap: 'auto' | 'off'
}

const wrapProof = ['--ro-bind', '/', '/', '--unshare-pid', '--proc', '/proc', 'true']
const bound = ['--no-new-privs', '--pdeathsig', 'KILL']

/** Finds out what this machine permits. */
export function findIsolation({ path, uids, bubblewrap }: IsolationOptions): Isolation {
  const own = uids !== 'off' && process.getuid?.() === 0 ? uids : undefined
  const wrap = bubblewrap === 'off' ? undefined : findProgram('bwrap', path, own?.first, wrapProof)
  const setpriv = findProgram('setpriv', path, own?.first, [...bound, 'true'])
  return { ...(own && { uids: own }), ...(wrap && { bubblewrap: wrap }), ...(setpriv && { setpriv }) }
}

/** Whether something stands between a function and what this server's own user may read. */
export function isConfined({ uids, bubblewrap }: Isolation): boolean {
  return uids !== undefined || bubblewrap !== undefined
}

/** The first program of a name on a path that the user of functions can start. */
export function findProgram(
  name: string,
  path: string,
  uid?: number,
  proof: readonly string[] = ['--version'],
): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name)
    if (folder.startsWith('/') && isExecutable(file) && runs(file, proof, uid)) return file
  }
  return undefined
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const proofMilliseconds = 5_000

function runs(file: string, args: readonly string[], uid?: number): boolean {
  const user = uid === undefined ? {} : { uid, gid: uid }
  const ended = spawnSync(file, args, { ...user, env: {}, cwd: '/', stdio: 'ignore', timeout: proofMilliseconds })
  return ended.status === 0
}

export interface Launch {
  /** The program and its arguments. */
  readonly command: readonly [file: string, ...args: string[]]
  readonly codeFolder: string
  readonly temporaryFolder: string
  /** Folders and files besides the system's that the program reads. */
  readonly reads: readonly string[]
  readonly uid?: number | undefined
}

/** Bounds for every environment: processes (where the user is its own), open files, size of a file in blocks of 512 bytes, no core dumps. */
const bounds = 'ulimit -c 0; ulimit -n 1024; ulimit -f 1048576'
const processBound = '; ulimit -u 256 2>/dev/null || ulimit -p 256'
/** Programs and libraries, names and certificates; nothing else of `/etc`, where keys of this server's may be. */
const system = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/nix',
  '/run/systemd/resolve',
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/crypto-policies',
  '/etc/group',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/pki',
  '/etc/protocols',
  '/etc/resolv.conf',
  '/etc/services',
  '/etc/ssl',
]

/** What to start for a launch: a shell sets the bounds and becomes the program, within bubblewrap where that is there. */
export function isolated(
  { bubblewrap, setpriv }: Isolation,
  launch: Launch,
): readonly [file: string, ...args: string[]] {
  const { command, uid } = launch
  const limits = uid === undefined ? bounds : bounds + processBound
  const shell = ['/bin/sh', '-c', `${limits}; exec "$@"`, 'sh', ...command] as const
  if (bubblewrap !== undefined) return [bubblewrap, ...walls(launch), ...shell]
  return setpriv === undefined ? shell : [setpriv, ...bound, ...shell]
}

/** The file system of the program is the system read-only, its code read-only, a temporary folder, and nothing else. */
function walls({ codeFolder, temporaryFolder, reads }: Launch): readonly string[] {
  const binds = [...system, ...reads, codeFolder].filter((path) => path !== '/' && existsSync(path))
  return [
    '--unshare-pid',
    '--unshare-ipc',
    '--die-with-parent',
    '--new-session',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    // First, because what is to be seen may lie below it.
    '--bind',
    temporaryFolder,
    '/tmp',
    ...binds.flatMap((path) => ['--ro-bind', path, path]),
    '--chdir',
    codeFolder,
  ]
}

/** The folder to show of a program that is not the system's: where its libraries are, too. */
export function homeOf(program: string): string {
  return dirname(dirname(program))
}

/**
 * Whether a connection to a loopback port comes from a user: functions of others on this machine must not ask for events that are not
 * theirs. The system lists the owner of each socket (`/proc/net/tcp`).
 */
export function isFromUser(socket: Socket, uid: number): boolean {
  const { remotePort, localPort } = socket
  const hex = (port: number | undefined) => (port ?? 0).toString(16).toUpperCase().padStart(4, '0')
  // The other end's own line: its local port is our remote one.
  const own = `0100007F:${hex(remotePort)} 0100007F:${hex(localPort)} `
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    if (line.includes(own)) return Number(line.trim().split(/\s+/)[7]) === uid
  }
  return false
}
